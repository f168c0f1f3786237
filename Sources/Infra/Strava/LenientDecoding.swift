import Actors

/// Reading of what Strava sends in more than one form: a value of the wrong type is no value, never an error.
///
/// The first attempt of each fits nearly every item; a thrown error costs microseconds, which only odd items pay.
extension KeyedDecodingContainer {
    /// A text without NUL characters, which PostgreSQL cannot store and which would therefore block a whole page.
    func text(_ key: Key) -> String? {
        guard let text = try? decodeIfPresent(String.self, forKey: key) else { return nil }
        return text.utf8.contains(0) ? String(text.unicodeScalars.filter { $0.value != 0 }) : text
    }

    /// A finite number: `9`, `9.0`, or a text that spells one.
    func number(_ key: Key) -> Double? {
        if let number = try? decodeIfPresent(Double.self, forKey: key) { return number }
        guard let text = try? decodeIfPresent(String.self, forKey: key), let number = Double(text), number.isFinite
        else {
            return nil
        }
        return number
    }

    /// A whole number, rounded, and bounded by the 32 bits that the stored columns have; nothing is zero.
    func count(_ key: Key) -> Int {
        guard let number = number(key) else { return 0 }
        return Int(min(max(number.rounded(), Double(Int32.min)), Double(Int32.max)))
    }

    /// An id: whole, exact, larger than 32 bits.
    func identifier(_ key: Key) -> Int64? {
        if let id = try? decodeIfPresent(Int64.self, forKey: key) { return id }
        return text(key).flatMap { Int64($0) }
    }

    /// A moment in seconds since 1970 within the years that dates can name; anything else would overflow later sums.
    func instant(_ key: Key) -> UTCInstant? {
        guard let seconds = number(key), (0..<253_402_300_800).contains(seconds) else { return nil }
        return UTCInstant(seconds: Int64(seconds))
    }
}
