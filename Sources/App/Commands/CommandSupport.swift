import ArgumentParser
import Glibc

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
