/// Writes Prometheus' text format, version 0.0.4 (prometheus.io/docs/instrumenting/exposition_formats).
struct ExpositionText {
    private(set) var text = ""

    /// The lines before a metric's values.
    mutating func begin(_ name: String, _ kind: MetricKind, help: String?) {
        if let help {
            let escaped = help.replacing("\\", with: "\\\\").replacing("\n", with: "\\n")
            text += "# HELP \(name) \(escaped)\n"
        }
        text += "# TYPE \(name) \(kind.rawValue)\n"
    }

    /// One value.
    ///
    /// - Parameter labels: as ``labels(_:)`` writes them, without their braces.
    mutating func line(_ name: String, _ labels: String, _ value: String) {
        text += labels.isEmpty ? "\(name) \(value)\n" : "\(name){\(labels)} \(value)\n"
    }

    /// `route="/livez",status="200"`, in the order of their names, so that equal labels are equal texts.
    static func labels(_ dimensions: [(String, String)]) -> String {
        dimensions.map { (name($0.0), $0.1) }.sorted { $0.0 < $1.0 }.map { "\($0.0)=\"\(escaped($0.1))\"" }
            .joined(separator: ",")
    }

    /// The labels with one more.
    static func adding(_ label: String, _ value: String, to labels: String) -> String {
        labels.isEmpty ? "\(label)=\"\(value)\"" : "\(labels),\(label)=\"\(value)\""
    }

    /// A text with only the characters that a name may have: letters, digits and `_`, and no digit at its beginning.
    static func name(_ text: String) -> String {
        var name = ""
        for scalar in text.unicodeScalars {
            let isAllowed = ("a"..."z").contains(scalar) || ("A"..."Z").contains(scalar) || ("0"..."9").contains(scalar)
            name.unicodeScalars.append(isAllowed ? scalar : "_")
        }
        return name.first?.isNumber ?? true ? "_" + name : name
    }

    private static func escaped(_ value: String) -> String {
        value.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"").replacing("\n", with: "\\n")
    }

    /// A number in its shortest form; whole ones without a fraction.
    static func number(_ value: Double) -> String {
        if value.isNaN { return "NaN" }
        if value.isInfinite { return value < 0 ? "-Inf" : "+Inf" }
        return Int64(exactly: value).map { "\($0)" } ?? "\(value)"
    }
}
