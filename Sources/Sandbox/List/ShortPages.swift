/// Pages that hold fewer items than asked although more follow, as Strava documents they may.
///
/// A page's length hangs on the seed and its number alone, so asking again gives the same page, and walking the pages in
/// order misses nothing.
package struct ShortPages: Sendable, Hashable {
    package var seed: UInt64
    /// How many items a page may lack; at least one always stays.
    package var upTo: Int

    package init(seed: UInt64, upTo: Int) {
        self.seed = seed
        self.upTo = upTo
    }

    /// How many items page `page` holds at most.
    func length(ofPage page: Int, perPage: Int) -> Int {
        var random = SplitMix64(seed: seed, part: Int64(page))
        return max(1, perPage - random.below(upTo + 1))
    }

    /// How many items the pages before `page` hold.
    func offset(ofPage page: Int, perPage: Int, limit: Int) -> Int {
        var offset = 0
        for earlier in 1..<max(page, 1) {
            offset += length(ofPage: earlier, perPage: perPage)
            // A page number without end must not cost a loop without end.
            if offset >= limit { return limit }
        }
        return offset
    }
}
