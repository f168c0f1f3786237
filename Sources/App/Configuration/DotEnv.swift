/// What a `.env` file says, read as python-dotenv and Docker Compose read it, so that the original's files keep working.
///
/// Comments, blank lines, `export `, single and double quotes (which may hold line breaks), escapes in double quotes, ` #` comments after a
/// value, `${NAME}` and `${NAME:-default}` outside single quotes. The last of several lines for one name wins.
struct DotEnv: Sendable, Equatable {
    /// One line that could not be read.
    ///
    /// The text never holds a value, which may be a secret.
    struct Problem: Sendable, Equatable {
        /// Counted from 1.
        var line: Int
        var reason: String
    }

    var values: [String: String] = [:]
    var problems: [Problem] = []

    /// Reads a whole file.
    ///
    /// - Parameter environment: Asked first when a value refers to `${NAME}`; earlier lines of the file are asked after it.
    init(parsing text: String, environment: [String: String] = [:]) {
        var scanner = DotEnvScanner(text)
        while let entry = scanner.nextEntry() {
            switch entry {
            case .problem(let line, let reason): problems.append(Problem(line: line, reason: reason))
            case .assignment(let name, let value):
                values[name] = value.expanded { environment[$0] ?? values[$0] }
            }
        }
    }
}

/// A value as it stands in the file: what is literal, and what refers to another name.
struct DotEnvValue {
    var text: String
    /// False for single quotes, where a dollar sign is only a dollar sign.
    var mayRefer: Bool

    /// The value with `${NAME}` and `${NAME:-default}` replaced; a name without a value becomes nothing.
    func expanded(_ lookUp: (String) -> String?) -> String {
        guard mayRefer else { return text }
        var result = ""
        var rest = text[...]
        while let dollar = rest.firstIndex(of: "$") {
            let afterDollar = rest.index(after: dollar)
            guard rest[afterDollar...].first == "{", let end = rest[afterDollar...].firstIndex(of: "}") else {
                result += rest[...dollar]
                rest = rest[afterDollar...]
                continue
            }
            result += rest[..<dollar]
            let reference = rest[rest.index(after: afterDollar)..<end].split(
                separator: ":-", maxSplits: 1, omittingEmptySubsequences: false)
            let value = lookUp(String(reference[0])) ?? ""
            result += value.isEmpty && reference.count == 2 ? String(reference[1]) : value
            rest = rest[rest.index(after: end)...]
        }
        return result + rest
    }
}
