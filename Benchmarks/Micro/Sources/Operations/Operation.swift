/// Something that a server does for every request, done as often as wanted.
package struct Operation: Sendable {
    package let name: String
    private let body: @Sendable (Int) async -> Int

    init(_ name: String, body: @escaping @Sendable (Int) async -> Int) {
        self.name = name
        self.body = body
    }

    /// Does it `count` times.
    ///
    /// - Returns: a sum of what came out, so that no optimiser leaves anything away.
    package func run(_ count: Int) async -> Int { await body(count) }

    /// All of them, in the order of a request's way through the server.
    package static let all: [Operation] = [
        .requestHead, .routeLookup, .readyRead, .actorRead, .tagComparison, .responseHead, .jobOnReactor,
    ]

    /// Those that are done for every sync; their cost is shown as a curve over what is stored.
    package static let curves: [Operation] = [1_000, 10_000, 100_000].flatMap { count in
        [applyOne(to: count), findNothingNew(in: count)]
    }
}
