/// What a page of each kind means.
extension SyncPlan {
    // MARK: The newest page

    func landedNewest(_ page: ActivityPage, _ mirror: ActivityMirror, _ now: UTCInstant) -> Landing? {
        var next = state
        next.rereading?.note(page.ids)
        guard let oldest = page.oldest else {
            if page.isEmpty, !mirror.isEmpty { return nil }
            if page.isEmpty {
                complete(&next, startedAt: now)
            } else if needsWalk {
                next.cursor = Self.cursorPastUnknown(at: now)
            }
            return landing(page, .newest, next, mirror, now)
        }
        // The walk goes on where it was, unless it must start anew: on a first sync, or when what is lowest on the page is not
        // known, so that something unknown may lie below it. Any other known item would not do: it may be one that was moved up,
        // or that a wrong clock dates into the future.
        let isGap = page.activities.contains { $0.startDate == oldest && !mirror.contains($0.id) }
        if isGap || needsWalk { next.cursor = BackfillCursor(below: page) }
        let gone = page.provesAbsence ? mirror.missing(from: page.ids, startedAfter: oldest) : []
        let verdict = Deletions(isSameGrant: isSameGrant(asThatOfRows: !mirror.isEmpty), isAccepted: false)
            .verdict(gone, of: mirror.count, at: now)
        return landing(
            page, .newest, next, mirror, now, upserts: mirror.differences(in: page.activities),
            deletions: verdict.deleted,
            held: verdict.held)
    }

    private var needsWalk: Bool { !state.isComplete && state.cursor == nil && state.rereading == nil }

    /// Nothing on the page could be decoded, so it gives no bound: what lies below is reached by counting pages.
    private static func cursorPastUnknown(at now: UTCInstant) -> BackfillCursor {
        BackfillCursor(before: now + .seconds(86_400), page: 2)
    }

    // MARK: The walk

    func landedWalk(_ page: ActivityPage, _ mirror: ActivityMirror, _ now: UTCInstant) -> Landing? {
        guard let cursor = state.cursor else { return nil }
        var next = state
        if page.isEmpty {
            switch cursor.emptiness(mirror) {
            case .untrue: return nil
            case .doubtful(let doubt):
                next.cursor = doubt
                return landing(page, .walk, next, mirror, now)
            case .end: break
            }
            // A mirror that was complete before has rows below a gap that this walk has confirmed, and perhaps some that are gone:
            // that is the re-reading's to find.
            if !state.isComplete { complete(&next, startedAt: now) }
            next.cursor = nil
            return landing(page, .walk, next, mirror, now)
        }
        next.cursor = cursor.advanced(past: page)
        return landing(page, .walk, next, mirror, now, upserts: mirror.differences(in: page.activities))
    }

    /// Notes that the list was read to its end.
    private func complete(_ next: inout SyncState, startedAt: UTCInstant) {
        next.isComplete = true
        next.validatedAt = startedAt
    }

    // MARK: The re-reading

    func landedRereading(_ page: ActivityPage, _ mirror: ActivityMirror, _ now: UTCInstant) -> Landing? {
        guard var reading = state.rereading else { return nil }
        reading.pages += 1
        if page.isEmpty {
            switch reading.cursor?.emptiness(mirror) ?? .end {
            case .untrue: return nil
            case .end: return landedEnd(reading, page, mirror, now)
            case .doubtful(let doubt): reading.cursor = doubt
            }
            var next = state
            next.rereading = reading
            return landing(page, .rereading, next, mirror, now)
        }
        reading.isSound = reading.isSound && page.provesAbsence
        let absent = Set(absences(from: page, under: reading.cursor, mirror)).union(reading.missing)
        reading.missing = absent.subtracting(page.ids).sorted()
        reading.cursor =
            reading.cursor?.advanced(past: page) ?? BackfillCursor(below: page) ?? Self.cursorPastUnknown(at: now)
        if page.oldest == nil { reading.isSound = false }
        var next = state
        next.rereading = reading
        return landing(page, .rereading, next, mirror, now, upserts: mirror.differences(in: page.activities))
    }

    /// What is stored within the page's stretch of the list and is not on the page.
    ///
    /// The second of its oldest item is left to the next page, which repeats it, unless the page is short and may be the last. A page
    /// beyond the first under one bound proves nothing: so many activities began within one second that the list may have shifted
    /// between two such pages. Neither does a look below a seam, which the next page repeats.
    private func absences(from page: ActivityPage, under cursor: BackfillCursor?, _ mirror: ActivityMirror) -> [Int64] {
        guard let oldest = page.oldest, cursor?.beginsAtBound ?? true else { return [] }
        return mirror.missing(
            from: page.ids, startedBefore: cursor?.before, notBefore: page.isShort ? oldest : oldest + .seconds(1))
    }

    private func landedEnd(
        _ reading: Rereading, _ page: ActivityPage, _ mirror: ActivityMirror, _ now: UTCInstant
    ) -> Landing? {
        // An empty list is believed of an athlete without a history, or when a person says so.
        if reading.cursor == nil, !mirror.isEmpty, !reading.acceptsDeletions { return nil }
        // Only the first page under a bound begins right below it; others have the second of the seam behind them.
        let bound = reading.cursor.map { $0.beginsAtBound ? $0.before : $0.before - .seconds(1) }
        let below = mirror.missing(from: [], startedBefore: bound, notBefore: nil)
        let gone = reading.isSound ? (reading.missing.filter(mirror.contains) + below) : []
        let verdict = Deletions(
            isSameGrant: isSameGrant(asThatOfRows: !mirror.isEmpty), isAccepted: reading.acceptsDeletions
        ).verdict(gone, of: mirror.count, at: now)
        var next = state
        next.rereading = nil
        next.isComplete = true
        next.validatedAt = reading.startedAt
        // A listing that was not fit to prove anything says nothing about what is held either.
        if reading.isSound { next.heldDeletions = verdict.held }
        if reading.isSound, verdict.held == nil {
            next.scope = grant.scope ?? next.scope
            next.athleteID = grant.athleteID ?? next.athleteID
        }
        return landing(page, .rereading, next, mirror, now, deletions: verdict.deleted, held: verdict.held)
    }

    // MARK: All of them

    private func landing(
        _ page: ActivityPage, _ purpose: Step.Purpose, _ next: SyncState, _ mirror: ActivityMirror, _ now: UTCInstant,
        upserts: [Activity] = [], deletions: [Int64] = [], held: HeldDeletions? = nil
    ) -> Landing {
        var next = next
        next.lastSuccessAt = now
        if purpose == .newest { next.newestAt = now }
        // The first rows, or those of a version that did not note it: those only when nothing can be hidden from now on.
        if next.scope == nil, mirror.isEmpty || grant.scope == Self.widestScope { next.scope = grant.scope }
        return Landing(
            batch: SyncBatch(
                upserts: upserts, deletions: deletions, rejected: page.rejected, state: next, fetchedAt: now),
            held: held, completesHistory: next.isComplete && !state.isComplete,
            endsRereading: purpose == .rereading && next.rereading == nil, purpose: purpose)
    }
}
