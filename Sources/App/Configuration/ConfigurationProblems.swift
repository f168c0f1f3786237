/// One thing in the configuration that keeps Paceline from starting.
///
/// It never holds the value of a secret.
struct ConfigurationProblem: Error, Hashable, CustomStringConvertible {
    /// The variable, or the file, that is wrong.
    var subject: String
    /// What is wrong with it; follows the subject in a sentence.
    var fault: String
    /// What to do about it; a sentence of its own.
    var cure: String

    var description: String { "\(subject) \(fault). \(cure)" }
}

/// Everything that is wrong with the configuration, so that a person mends it in one go.
struct ConfigurationProblems: Error, Sendable, Equatable, CustomStringConvertible {
    /// `EX_CONFIG` of sysexits.h.
    static let exitCode: Int32 = 78

    var problems: [ConfigurationProblem]
    /// What was odd besides; often a misspelt name is the whole story.
    var warnings: [String] = []

    var description: String {
        let count = problems.count == 1 ? "a problem" : "\(problems.count) problems"
        return "Paceline cannot start: the configuration has \(count).\n"
            + problems.map { "  - \($0)\n" }.joined()
            + (warnings.isEmpty ? "" : "Worth a look as well:\n" + warnings.map { "  - \($0)\n" }.joined())
    }
}
