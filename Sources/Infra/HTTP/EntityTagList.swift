/// The value of an `If-None-Match` field.
package enum EntityTagList {
    /// RFC 9110 §13.1.2: weak comparison of `tag`, a strong one, against each of the list; `*` matches whatever there is.
    ///
    /// Read where it lies, for nearly every browser asks this way. Tags of others may hold commas, and fall apart here. Ours hold none,
    /// and so are found whole; a star counts alone only, for it may be what a comma left of a tag.
    package static func holds(_ field: Span<UInt8>, _ tag: Span<UInt8>) -> Bool {
        // As a rule it is the one tag that was sent before.
        if ASCII.equals(field, tag) || ASCII.equals(field.extracting(ASCII.trimmed(field, field.indices)), "*") {
            return true
        }
        var start = 0
        while start < field.count {
            var end = start
            while end < field.count && field[end] != ASCII.comma { end += 1 }
            if isSame(field.extracting(ASCII.trimmed(field, start..<end)), tag) { return true }
            start = end + 1
        }
        return false
    }

    /// A weak tag is compared by what follows its mark, which is in capitals.
    private static func isSame(_ element: Span<UInt8>, _ tag: Span<UInt8>) -> Bool {
        let isWeak = element.count > 2 && ASCII.equals(element.extracting(0..<2), "W/")
        return ASCII.equals(isWeak ? element.extracting(2..<element.count) : element, tag)
    }
}
