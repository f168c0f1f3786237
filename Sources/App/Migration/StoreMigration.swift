import Actors

/// Copies a source into a target, and reads both back.
///
/// It may be cut short at any point and run again. The source is given as a function that reads it, so that nothing here
/// could write there.
struct StoreMigration: Sendable {
    /// What happens, for those who watch.
    enum Event: Sendable, Hashable {
        case wrote(MigrationProgress)
        case readingBack
        /// The source is not what it was: somebody writes to it, and what is new is copied too.
        case sourceChanged
    }

    /// How it ended.
    struct Ending: Sendable, Hashable {
        var from: ContentSums
        var to: ContentSums
        /// Rows that were written or deleted.
        var written: Int

        var isVerified: Bool { from == to }
    }

    /// How often a source that changes all the while is caught up with.
    static let attempts = 5

    let readSource: @Sendable () async throws(StoreFailure) -> StoreContents
    let target: any Store
    let clock: any WallClock
    let tell: @Sendable (Event) -> Void

    /// - Parameter first: the source as it was read already.
    /// - Throws: ``MigrationRefusal``, or the `StoreFailure` of either side; what was written until then stays.
    func run(_ first: StoreContents) async throws -> Ending {
        var (source, target) = (first, try await readTarget())
        if let refusal = MigrationPlan.refusal(from: source, to: target, now: clock.now()) { throw refusal }
        var seen: Set<Int64> = []
        var written = 0
        var attempt = 1
        while true {
            let ids = source.activities.map(\.id)
            seen.formUnion(ids)
            let plan = MigrationPlan(from: source, to: target, lost: seen.subtracting(ids), now: clock.now())
            try await carryOut(plan)
            written += plan.rows
            tell(.readingBack)
            let copied = ContentSums(source)
            (source, target) = (try await readSource(), try await readTarget())
            let ending = Ending(from: ContentSums(source), to: ContentSums(target), written: written)
            if ending.isVerified || attempt == Self.attempts { return ending }
            if ending.from != copied { tell(.sourceChanged) }
            attempt += 1
        }
    }

    private func readTarget() async throws(StoreFailure) -> StoreContents {
        try await StoreFailure.naming("--to") { () async throws(StoreFailure) in
            try await StoreContents.read(target)
        }
    }

    private func carryOut(_ plan: MigrationPlan) async throws(StoreFailure) {
        var progress = MigrationProgress(before: 0, written: 0, total: plan.rows)
        for step in plan.steps {
            try await StoreFailure.naming("--to") { () async throws(StoreFailure) in
                try await step.carryOut(on: target)
            }
            guard step.rows > 0 else { continue }
            progress.before = progress.written
            progress.written += step.rows
            tell(.wrote(progress))
        }
    }
}

extension StoreFailure {
    /// Does the work; what fails is told with the option that names the store, where the message would name the variable that
    /// this command does not read.
    static func naming<Value>(
        _ option: String, _ work: () async throws(StoreFailure) -> Value
    ) async throws(StoreFailure) -> Value {
        do throws(StoreFailure) {
            return try await work()
        } catch {
            // The variables that stand for parts of it are not read either.
            let message = error.message.replacing(/DATABASE_URL( or POSTGRES_[A-Z]+)?/, with: option)
            throw StoreFailure(error.kind, "\(option): \(message)")
        }
    }
}
