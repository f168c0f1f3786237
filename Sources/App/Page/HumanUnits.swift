/// Figures as the page writes them; `home.js` writes them the same way.
enum HumanUnits {
    /// Writes `1,234,567`.
    static func grouped(_ number: Int) -> String {
        let digits = Array(String(number.magnitude))
        var text = number < 0 ? "-" : ""
        for (index, digit) in digits.enumerated() {
            if index > 0, (digits.count - index) % 3 == 0 { text += "," }
            text.append(digit)
        }
        return text
    }

    /// Writes `312.5 km`.
    static func kilometres(_ metres: Double) -> String {
        let tenths = Int((metres / 100).rounded())
        return "\(grouped(tenths / 10)).\(abs(tenths % 10)) km"
    }

    /// Writes `1,250 m`.
    static func metres(_ metres: Double) -> String { "\(grouped(Int(metres.rounded()))) m" }

    /// Writes `15 h 2 min`, or `42 min` under an hour.
    static func duration(_ seconds: Int) -> String {
        let minutes = seconds / 60
        return minutes < 60 ? "\(minutes) min" : "\(grouped(minutes / 60)) h \(minutes % 60) min"
    }
}
