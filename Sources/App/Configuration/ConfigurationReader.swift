/// Reads variables one by one and remembers everything that was wrong with them.
///
/// A malformed value is noted and its default is returned, so that reading goes on to the next problem.
struct ConfigurationReader {
    private let environment: [String: String]
    private(set) var problems: [ConfigurationProblem] = []
    private(set) var warnings: [String] = []

    init(environment: [String: String]) {
        self.environment = environment
    }

    /// The value without blanks around it; nil when there is none, or only blanks.
    func text(_ name: String) -> String? {
        guard let value = environment[name]?.trimmingBlanks, !value.isEmpty else { return nil }
        return value
    }

    mutating func note(_ subject: String, _ fault: String, cure: String) {
        problems.append(ConfigurationProblem(subject: subject, fault: fault, cure: cure))
    }

    mutating func warn(_ warning: String) { warnings.append(warning) }

    /// A whole number within a range.
    mutating func number(_ name: String, in range: ClosedRange<Int64>, default fallback: Int64, cure: String) -> Int64 {
        guard let text = text(name) else { return fallback }
        guard text.first != "+", let number = Int64(text), range.contains(number) else {
            note(name, "is \(shown(text)), which is not a whole number that fits", cure: cure)
            return fallback
        }
        return number
    }

    /// A truth value; false unless set.
    mutating func flag(_ name: String) -> Bool {
        switch text(name)?.lowercased() {
        case nil, "false", "0", "no", "off": return false
        case "true", "1", "yes", "on": return true
        case let other?:
            note(name, "is \(shown(other))", cure: "Write true or false.")
            return false
        }
    }

    /// One of a few words, in any case.
    mutating func word<Word: RawRepresentable<String>>(_ name: String, default fallback: Word, cure: String) -> Word {
        guard let text = text(name) else { return fallback }
        guard let word = Word(rawValue: text.lowercased()) else {
            note(name, "is \(shown(text))", cure: cure)
            return fallback
        }
        return word
    }

    /// An `http` or `https` address.
    mutating func url(_ name: String, cure: String) -> WebURL? {
        guard let text = text(name) else { return nil }
        do throws(WebURL.Malformed) {
            return try WebURL(parsing: text)
        } catch {
            note(name, error.reason, cure: cure)
            return nil
        }
    }

    /// What stands between commas, without blanks and empty items.
    func list(_ name: String) -> [String] {
        (text(name) ?? "").split(separator: ",").map { String($0).trimmingBlanks }.filter { !$0.isEmpty }
    }

    /// A value as it may be shown: short, and with nothing that looks like a password in an address.
    func shown(_ value: String) -> String {
        if value.contains("@") { return "something that is not shown here" }
        return value.count <= 60 ? "\"\(value)\"" : "\"\(value.prefix(60))…\""
    }
}

extension String {
    /// The text without spaces, tabs and line ends around it.
    var trimmingBlanks: String {
        let isBlank: (Character) -> Bool = { $0 == " " || $0 == "\t" || $0.isNewline }
        var text = self[...].drop(while: isBlank)
        while let last = text.last, isBlank(last) { text.removeLast() }
        return String(text)
    }
}
