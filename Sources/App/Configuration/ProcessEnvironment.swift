import FoundationEssentials

/// What the world outside says about the configuration: the process's environment, `.env`, and the development keys.
enum ProcessEnvironment {
    /// Reads the three and checks them.
    ///
    /// - Parameter overrides: What the command line said; it wins over everything.
    static func loadConfiguration(
        overrides: [String: String] = [:],
        environment: [String: String] = ProcessInfo.processInfo.environment,
        dotEnvPath: String = ".env",
        developmentKeys: DevelopmentKeys = DevelopmentKeys()
    ) throws(ConfigurationProblems) -> Configuration {
        let environment = environment.filter { !$0.value.isEmpty }
        let dotEnv = readDotEnv(at: dotEnvPath, environment: environment)
        var merged = dotEnv.values.merging(environment) { $1 }.merging(overrides) { $1 }
        var problems = dotEnv.problems.map {
            ConfigurationProblem(
                subject: "\(dotEnvPath), line \($0.line),", fault: "cannot be read: \($0.reason)",
                cure: "Mend that line.")
        }
        let mode = merged["ENVIRONMENT"]?.trimmingBlanks.lowercased() ?? ""
        if mode.isEmpty || mode == Configuration.Mode.development.rawValue {
            do throws(ConfigurationProblem) {
                try developmentKeys.fill(in: &merged)
            } catch {
                problems.append(error)
                // The one problem is the file; three missing keys on top of it would only hide that.
                DevelopmentKeys.names.forEach { merged[$0] = merged[$0] ?? "unread" }
            }
        }
        switch Configuration.load(environment: merged) {
        case .success(let configuration) where problems.isEmpty: return configuration
        case .success(let configuration):
            throw ConfigurationProblems(problems: problems, warnings: configuration.warnings)
        case .failure(let failure):
            throw ConfigurationProblems(problems: problems + failure.problems, warnings: failure.warnings)
        }
    }

    /// Reads the file; a missing one says nothing, an unreadable one is a problem of its own.
    private static func readDotEnv(at path: String, environment: [String: String]) -> DotEnv {
        guard FileManager.default.fileExists(atPath: path) else { return DotEnv(parsing: "") }
        guard let data = FileManager.default.contents(atPath: path) else {
            var unreadable = DotEnv(parsing: "")
            unreadable.problems = [DotEnv.Problem(line: 1, reason: "the file exists and this user may not read it")]
            return unreadable
        }
        return DotEnv(parsing: String(decoding: data, as: UTF8.self), environment: environment)
    }
}
