/// The generator behind every made-up value: one seed gives the same bytes on every machine.
///
/// SplitMix64 of Steele, Lea and Flood. The standard library's `random(in:using:)` is not used with it, because how that draws
/// from a generator is not promised from one version to the next.
package struct SplitMix64: Sendable {
    private var state: UInt64

    package init(seed: UInt64) {
        state = seed
    }

    /// A generator for one part of a whole, such as one day of a history, that does not depend on the other parts.
    init(seed: UInt64, part: Int64) {
        var outer = SplitMix64(seed: seed)
        var inner = SplitMix64(seed: outer.next() ^ UInt64(bitPattern: part))
        state = inner.next()
    }

    /// The next 64 bits.
    package mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }

    /// A number from zero up to, not including, `bound`; zero when the bound is below one.
    mutating func below(_ bound: Int) -> Int {
        bound < 1 ? 0 : Int(next() % UInt64(bound))
    }

    /// A number of the range, both ends included.
    mutating func within(_ range: ClosedRange<Int>) -> Int {
        range.lowerBound + below(range.count)
    }

    /// True in `percent` of a hundred draws.
    mutating func chance(_ percent: Int) -> Bool { below(100) < percent }

    /// One of the items, each as likely as its weight; nil when there is none.
    mutating func pick<Item>(_ items: [(weight: Int, item: Item)]) -> Item? {
        var ticket = below(items.reduce(0) { $0 + $1.weight })
        for candidate in items {
            if ticket < candidate.weight { return candidate.item }
            ticket -= candidate.weight
        }
        return items.last?.item
    }

    /// One of the texts; empty when there is none.
    mutating func pick(_ texts: [String]) -> String {
        texts.isEmpty ? "" : texts[below(texts.count)]
    }
}
