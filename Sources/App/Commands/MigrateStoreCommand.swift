import Actors
import ArgumentParser
import Glibc

/// `paceline migrate-store`.
struct MigrateStoreCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "migrate-store",
        abstract: "Copy everything from one database to another: SQLite or PostgreSQL, either way.",
        discussion: """
            Let no server run on either database meanwhile. --from is read and never changed; --to must be empty, or hold a part of \
            the same: whatever cuts a copy short, run the command again and it goes on. Tombstones, which are activities that were \
            deleted at Strava and are kept for 48 hours, move too, and are erased there when their time is over. Then both are \
            read back and compared, by number and by SHA-256. Tokens stay encrypted as they are, so keep ENCRYPTION_KEY. On a \
            terminal it shows a bar, elsewhere ten lines.

            URLs are written as in DATABASE_URL; the password of PostgreSQL may stand in ~/.pgpass instead, where no list of \
            processes shows it.

            Exit codes: 0 both hold the same; 64 a mistake in the options; 65 refused, with the reason; 74 a database does not answer, \
            or not with Paceline's tables; 75 the two differ because something still writes to one of them: stop it and run this \
            again; 77 a database refuses the user, the password or its name; 78 a URL is none.
            """)

    @Option(help: ArgumentHelp("The database to read.", valueName: "url"))
    var from: String

    @Option(help: ArgumentHelp("The database to fill.", valueName: "url"))
    var to: String

    // Taken, so that the parser does not repeat in its complaint what may hold a password.
    @Argument(help: .hidden)
    var rest: [String] = []

    func validate() throws {
        guard rest.isEmpty else { throw ValidationError("Write each URL behind its option: --from URL --to URL.") }
    }

    func run() async throws {
        let (from, to) = (try Self.url("--from", from), try Self.url("--to", to))
        CommandSupport.complain("Let no server run on either database meanwhile.\n")
        let meter = MigrationMeter(isTerminal: isatty(STDERR_FILENO) == 1) { CommandSupport.complain($0) }
        let ending = try await CommandSupport.explainingFailures {
            defer { meter.end() }
            do {
                return try await DatabaseMigration.run(from, to) { meter.show($0) }
            } catch let refusal as MigrationRefusal {
                CommandSupport.complain("paceline: \(refusal)\n")
                throw ExitCode(65)
            }
        }
        print("from  \(from.summary)\nto    \(to.summary)\n\(ending.table)", terminator: "")
        guard ending.isVerified else {
            CommandSupport.complain(
                "paceline: the two differ: something still writes to one of them. Stop it, then run this again.\n")
            throw ExitCode(75)
        }
        print("Both hold the same. Rows written: \(HumanUnits.grouped(ending.written)).")
    }

    private static func url(_ option: String, _ text: String) throws -> DatabaseURL {
        do throws(DatabaseURL.Malformed) {
            return try DatabaseURL(parsing: text)
        } catch {
            CommandSupport.complain("paceline: \(option) \(error.reason)\n")
            throw ExitCode(ConfigurationProblems.exitCode)
        }
    }
}
