/// Why the program cannot start although each setting for itself is fine.
///
/// Ends it with exit code 78.
struct StartupProblem: Error, CustomStringConvertible {
    /// What is wrong and how to cure it.
    let description: String
}
