import Actors
import ArgumentParser
import Glibc
import HTTP
import Logging
import Telemetry

/// What every command that needs the configuration does first.
enum CommandSupport {
    /// Loads the configuration, or says everything that is wrong with it and ends with exit code 78.
    static func configuration(overrides: [String: String] = [:]) throws -> Configuration {
        do throws(ConfigurationProblems) {
            return try ProcessEnvironment.loadConfiguration(overrides: overrides)
        } catch {
            complain(error.description)
            throw ExitCode(ConfigurationProblems.exitCode)
        }
    }

    /// Writes to standard error, where messages belong that come before the log.
    static func complain(_ text: String) {
        // Not `stderr`: it is a global variable of C, which Swift 6 rightly distrusts. A short write loses only words.
        let bytes = Array(text.utf8)
        _ = write(STDERR_FILENO, bytes, bytes.count)
    }
}

extension CommandSupport {
    /// The logger that everything of this process writes to.
    static func makeLogger(_ configuration: Configuration) -> Logger {
        Telemetry.bootstrap(
            format: configuration.logFormat == .json ? .json : .text, level: configuration.logLevel)
        return Logger(label: "paceline")
    }

    /// Does the work; a failure that a person can mend is told in words, and ends the program with a code of its own.
    static func explainingFailures<Result>(_ work: () async throws -> Result) async throws -> Result {
        do {
            return try await work()
        } catch let problem as StartupProblem {
            complain("paceline: \(problem)\n")
            throw ExitCode(ConfigurationProblems.exitCode)
        } catch let failure as StoreFailure {
            complain("paceline: \(failure.message)\n")
            throw ExitCode(failure.kind == .denied ? 77 : 74)
        } catch let error as BindError {
            complain("paceline: \(error)\n")
            throw ExitCode(69)
        }
    }
}
