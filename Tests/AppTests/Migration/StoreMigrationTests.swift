import Actors
import Locking
import TestSupport
import Testing

@testable import paceline

@Suite("Copying one store into another", .timeLimit(.minutes(5)))
struct StoreMigrationTests {
    /// A source that may be another thing at each reading; the last one stays.
    private final class Source: Sendable {
        private let readings: Lock<[StoreContents]>

        init(_ readings: StoreContents...) { self.readings = Lock(readings) }

        func read() -> StoreContents { readings.withLock { $0.count > 1 ? $0.removeFirst() : $0[0] } }
    }

    private final class Events: Sendable {
        private let all = Lock<[StoreMigration.Event]>([])

        var list: [StoreMigration.Event] { all.withLock { $0 } }
        func note(_ event: StoreMigration.Event) { all.withLock { $0.append(event) } }
    }

    @discardableResult
    private func migrate(
        _ source: Source, to target: any Store, _ events: Events = Events()
    ) async throws -> StoreMigration.Ending {
        try await StoreMigration(
            readSource: { () async throws(StoreFailure) in source.read() }, target: target,
            clock: ManualClock(Holdings.now), tell: { events.note($0) }
        ).run(source.read())
    }

    private static let whole = Holdings.whole()
    /// Three moments at which something was deleted, three chunks of activities, three of items, budget, tokens, state.
    private static let writes = 12

    @Test func everythingArrivesAndBothSidesHaveTheSameSums() async throws {
        let target = MemoryStore()
        let events = Events()
        let ending = try await migrate(Source(Self.whole), to: target, events)
        #expect(ending.isVerified)
        #expect(ending.written == 1253)
        #expect(ending.to == ContentSums(try await .read(target)))
        #expect(ending.from == ContentSums(Self.whole))
        #expect(try await target.activities() == Self.whole.activities)
        #expect(Set(try await target.deleted()) == Set(Self.whole.tombstones))
        #expect(await target.state == Self.whole.state)
        #expect(
            events.list == [
                .wrote(MigrationProgress(before: 0, written: 2, total: 1253)),
                .wrote(MigrationProgress(before: 2, written: 4, total: 1253)),
                .wrote(MigrationProgress(before: 4, written: 5, total: 1253)),
                .wrote(MigrationProgress(before: 5, written: 505, total: 1253)),
                .wrote(MigrationProgress(before: 505, written: 1005, total: 1253)),
                .wrote(MigrationProgress(before: 1005, written: 1208, total: 1253)),
                .wrote(MigrationProgress(before: 1208, written: 1228, total: 1253)),
                .wrote(MigrationProgress(before: 1228, written: 1248, total: 1253)),
                .wrote(MigrationProgress(before: 1248, written: 1253, total: 1253)), .readingBack,
            ])
    }

    @Test func aCureNamesTheOptionAndNoVariableThatIsNotRead() async {
        let failure = await #expect(throws: StoreFailure.self) {
            try await StoreFailure.naming("--from") { () async throws(StoreFailure) in
                throw StoreFailure(
                    .denied, "correct the password in DATABASE_URL or POSTGRES_PASSWORD, or DATABASE_URL")
            }
        }
        #expect(failure == StoreFailure(.denied, "--from: correct the password in --from, or --from"))
    }

    @Test(
        "cut short at any write, it claims nothing, and a second run loses and doubles nothing",
        arguments: 0..<writes, [false, true])
    func interrupted(at write: Int, takesEffect: Bool) async throws {
        let target = MemoryStore()
        let failing = UnreliableStore(target, failingWrite: write, takesEffect: takesEffect)
        let failure = await #expect(throws: StoreFailure.self) {
            try await migrate(Source(Self.whole), to: failing)
        }
        #expect(failure?.message == "--to: the wire was cut; see --to")
        let isLast = write == Self.writes - 1 && takesEffect
        #expect(await target.state.isComplete == isLast)
        #expect(await target.state.lastSuccessAt == (isLast ? Self.whole.state.lastSuccessAt : nil))

        let there = try await StoreContents.read(target)
        let known = Set(Self.whole.activities.map(\.id))
        #expect(known.isSuperset(of: there.activities.map(\.id)), "what is deleted can be found")
        let before = await target.commits
        let ending = try await migrate(Source(Self.whole), to: target)
        #expect(ending.isVerified)
        #expect(ContentSums(try await .read(target)) == ContentSums(Self.whole))
        let again = await target.batches.dropFirst(before).flatMap(\.upserts).map(\.id)
        #expect(Set(again).isDisjoint(with: there.knownIDs), "rows that were there were written again")
        #expect(again.count + there.knownIDs.count == 1208)
        #expect(ending.written == 1253 - there.knownIDs.count - there.setAside.count)
    }

    @Test func aSecondRunWritesNothing() async throws {
        let target = MemoryStore()
        try await migrate(Source(Self.whole), to: target)
        let commits = await target.commits
        let ending = try await migrate(Source(Self.whole), to: target)
        #expect(ending.isVerified)
        #expect(ending.written == 0)
        #expect(await target.commits == commits)
        #expect(await target.ledgers.count == 1)
        #expect(await target.savedAuthorizations.count == 1)
    }

    @Test func whatTheSourceBecomesMeanwhileIsFollowed() async throws {
        var later = Self.whole
        let gone = later.activities.remove(at: 17)
        later.activities[3].kudosCount += 1
        later.activities.append(Holdings.activity(5000))
        later.state.lastSuccessAt = UTCInstant(seconds: 1_795_430_000)
        later.authorization?.accessToken = "newer"
        let target = MemoryStore()
        let events = Events()
        let ending = try await migrate(Source(Self.whole, later), to: target, events)
        #expect(ending.isVerified)
        #expect(events.list.count { $0 == .sourceChanged } == 1)
        #expect(ContentSums(try await .read(target)) == ContentSums(later))
        #expect(try await target.activities().contains { $0.id == gone.id } == false)
    }

    @Test func aSourceThatNeverRestsIsGivenUpAndSaidToDiffer() async throws {
        let readings = Lock<Int64>(0)
        let migration = StoreMigration(
            readSource: { () async throws(StoreFailure) in
                Holdings.whole(
                    readings.withLock { count in
                        count += 1
                        return 10 + count
                    })
            }, target: MemoryStore(), clock: ManualClock(Holdings.now), tell: { _ in })
        let ending = try await migration.run(Holdings.whole(10))
        #expect(!ending.isVerified)
        #expect(readings.withLock { $0 } == Int64(StoreMigration.attempts))
    }

    @Test func whatIsRefusedIsLeftAsItWas() async throws {
        var other = Holdings.whole(30)
        other.state.athleteID = 9
        let target = try await MemoryStore.holding(other)
        let before = await target.commits
        await #expect(throws: MigrationRefusal.otherAthlete(9)) { try await migrate(Source(Self.whole), to: target) }
        #expect(await target.commits == before)
        #expect(ContentSums(try await .read(target)) == ContentSums(other))
    }

    @Test func aHistoryThatIsNotCompleteGoesOnWhereItStood() async throws {
        var part = Holdings.whole(40)
        part.state = SyncState(
            athleteID: Holdings.athlete, cursor: BackfillCursor(before: UTCInstant(seconds: 5), page: 3))
        let target = MemoryStore()
        #expect(try await migrate(Source(part), to: target).isVerified)
        #expect(await target.state == part.state)
    }
}

@Suite("How a copy is shown")
struct MigrationMeterTests {
    private func shown(_ events: [StoreMigration.Event], isTerminal: Bool) -> String {
        let text = Lock("")
        let meter = MigrationMeter(isTerminal: isTerminal) { more in text.withLock { $0 += more } }
        for event in events { meter.show(event) }
        meter.end()
        return text.withLock { $0 }
    }

    private static func wrote(_ before: Int, _ written: Int) -> StoreMigration.Event {
        .wrote(MigrationProgress(before: before, written: written, total: 20_000))
    }

    @Test func aTerminalGetsOneLineThatIsDrawnOver() {
        #expect(
            shown([Self.wrote(0, 500), Self.wrote(9500, 10_000), .readingBack], isTerminal: true)
                == "\r\u{1B}[2K[........................] 500/20,000 rows"
                + "\r\u{1B}[2K[############............] 10,000/20,000 rows"
                + "\r\u{1B}[2KReading both back.\n\r\u{1B}[2K")
    }

    @Test func aFileGetsALineForEachTenth() {
        let all = stride(from: 0, to: 20_000, by: 500).map { Self.wrote($0, $0 + 500) }
        let lines = shown(all, isTerminal: false).split(separator: "\n")
        #expect(lines.count == 10)
        #expect(lines.first == "2,000/20,000 rows")
        #expect(lines.last == "20,000/20,000 rows")
        #expect(shown([.sourceChanged], isTerminal: false).contains("a server still writes to it"))
    }

    @Test func theTableHasTwoLinesForEachKindOfRow() {
        let sums = ContentSums(Holdings.whole(12, items: 3))
        let lines = StoreMigration.Ending(from: sums, to: sums, written: 0).table.split(separator: "\n")
        #expect(lines.count == 12)
        #expect(lines[0] == "activities  from        12  \(sums.parts[0].sum)")
        #expect(lines[1] == "            to          12  \(sums.parts[0].sum)")
        #expect(lines[2].hasPrefix("set aside   from         3  "))
        #expect(lines[4].hasPrefix("tombstones  from         5  "))
    }
}
