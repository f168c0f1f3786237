import ArgumentParser

/// `paceline serve`.
struct ServeCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "serve",
        abstract: "Serve the page and the API until Ctrl-C.",
        discussion: """
            Exit codes: 0 after a stop that was asked for, 78 when the configuration has problems (all are listed, \
            each with its cure), 74 when the database cannot be opened, 77 when PostgreSQL refuses the user, the password or the \
            database's name, 69 when the address cannot be listened on. A PostgreSQL server that is away is waited for.
            """)

    @OptionGroup var listening: ListeningOptions

    func run() async throws {
        let configuration = try CommandSupport.configuration(overrides: listening.overrides)
        try await CommandSupport.explainingFailures {
            try await Serve.run(configuration, logger: CommandSupport.makeLogger(configuration))
        }
    }
}

/// Where to listen, for those who would rather not set a variable for it.
struct ListeningOptions: ParsableArguments {
    @Option(help: "The address to listen on; wins over HOST.")
    var host: String?

    @Option(help: "The port to listen on; wins over PORT.")
    var port: Int?

    /// The options as the variables that they stand for, so that one place checks both.
    var overrides: [String: String] {
        var overrides: [String: String] = [:]
        overrides["HOST"] = host
        overrides["PORT"] = port.map(String.init)
        return overrides
    }
}
