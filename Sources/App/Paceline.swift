import ArgumentParser

@main
struct Paceline: AsyncParsableCommand {}
