import ArgumentParser

/// The program: its subcommands, and nothing else.
@main
struct Paceline: AsyncParsableCommand {
    static let version = "0.1.0"

    static let configuration = CommandConfiguration(
        commandName: "paceline",
        abstract: "Mirrors your Strava history and serves statistics from memory.",
        discussion: """
            Without a subcommand it serves. Settings are environment variables, or a file named .env in the working \
            directory; .env.example explains every one of them. Without any setting it serves on http://127.0.0.1:5001, \
            keeps data in var/paceline.db and connects to a built-in sandbox athlete.
            """,
        version: version,
        subcommands: [
            ServeCommand.self, RefreshCommand.self, HealthCommand.self, DoctorCommand.self, SandboxCommand.self,
            KeygenCommand.self, RotateKeysCommand.self, MigrateStoreCommand.self,
        ],
        defaultSubcommand: ServeCommand.self)
}
