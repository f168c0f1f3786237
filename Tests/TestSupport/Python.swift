import Glibc

/// Python programs, run with the packages that `script/setup test` installed.
package enum Python {
    /// Runs a program to its end.
    ///
    /// - Parameters:
    ///   - program: its text.
    ///   - module: the package it imports that Python does not bring along; nil when there is none.
    /// - Throws: `Tool.Missing` when there is no Python with that package.
    package static func run(
        _ program: String, _ arguments: [String] = [], importing module: String? = nil, stdin: [UInt8] = []
    ) async throws -> Subprocess.Outcome {
        try await Subprocess.run(interpreter(module), ["-c", program] + arguments, stdin: stdin)
    }

    /// The interpreter that the script prepared, or the machine's own when it has the package.
    private static func interpreter(_ module: String?) async throws -> String {
        let prepared = "var/test-venv/bin/python3"
        if let named = getenv("PACELINE_TEST_PYTHON") { return String(cString: named) }
        if access(prepared, X_OK) == 0 { return prepared }
        guard let module else { return try Tool.path("python3") }
        let probe = try? await Subprocess.run("python3", ["-c", "import \(module)"])
        guard probe?.status == .exited(0) else {
            throw Tool.Missing(
                description: "there is no Python with the package \(module) here; script/setup test installs it")
        }
        return "python3"
    }
}
