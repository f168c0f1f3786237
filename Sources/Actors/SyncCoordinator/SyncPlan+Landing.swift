/// What an answer of each kind means.
extension SyncPlan {
    /// What an answer means.
    ///
    /// - Returns: nil when it cannot be true: an empty list for an athlete with a history.
    package func landed(_ step: Step, _ answer: Answer, mirror: ActivityMirror, at now: UTCInstant) -> Landing? {
        switch (step.purpose, answer) {
        case (_, .finding(let id, let finding)): landedSuspect(id, step.purpose, finding, mirror, now)
        case (.newest, .page(let page)): landedNewest(page, mirror, now)
        case (.walk, .page(let page)): landedWalk(page, mirror, now)
        case (.rereading, .page(let page)): landedRereading(page, mirror, now)
        }
    }

    // MARK: The newest page

    func landedNewest(_ page: ActivityPage, _ mirror: ActivityMirror, _ now: UTCInstant) -> Landing? {
        var next = state
        next.newestAt = now
        next.rereading?.note(page.ids)
        if let reading = next.rereading, let bound = reading.cursor?.before {
            next.rereading?.met = met(reading, page, below: bound, mirror)
        }
        guard let oldest = page.oldest else {
            if page.isEmpty, !mirror.isEmpty { return nil }
            if page.isEmpty {
                complete(&next, startedAt: now)
            } else if needsWalk {
                next.cursor = BackfillCursor(afterTop: page, at: now)
            }
            return landing(.newest, next, mirror, now, rejected: page.rejected)
        }
        // The walk goes on where it was, unless it must start anew: on a first sync, or when what is lowest on the page is not
        // known, so that something unknown may lie below it. Any other known item would not do: it may be one that was moved up,
        // or that a wrong clock dates into the future. Where a start is hidden, lowest and oldest may be two.
        let isGap = page.activities.enumerated().contains { place, activity in
            (activity.startDate == oldest || place == page.activities.count - 1) && !mirror.contains(activity.id)
        }
        if isGap || needsWalk { next.cursor = BackfillCursor(afterTop: page, at: now) }
        let verdict = deletions(mirror, isAccepted: false)
            .verdict(lacking(page, oldest, mirror), of: mirror.count, at: now)
        var landing = landing(
            .newest, next, mirror, now, upserts: mirror.differences(in: page.activities), rejected: page.rejected,
            held: verdict.held)
        landing.suspects = verdict.deleted.filter { !spared.contains($0) }
        landing.seen = page.ids
        return landing
    }

    /// What is stored as later than the page's foot belongs on it.
    ///
    /// Where starts are hidden, both that of the page's oldest item and the stored one may be off.
    private func lacking(_ page: ActivityPage, _ oldest: UTCInstant, _ mirror: ActivityMirror) -> [Int64] {
        guard let seam = page.seam, !page.hasUnknownItems else { return [] }
        return mirror.missing(
            from: page.ids, startedAfter: seam.isExact ? oldest : oldest + PageSeam.reach * 2)
    }

    private var needsWalk: Bool { !state.isComplete && state.cursor == nil && state.rereading == nil }

    // MARK: The walk

    func landedWalk(_ page: ActivityPage, _ mirror: ActivityMirror, _ now: UTCInstant) -> Landing? {
        guard let cursor = state.cursor else { return nil }
        var next = state
        if page.isEmpty {
            switch cursor.emptiness(mirror) {
            case .untrue: return nil
            case .doubtful(let doubt):
                next.cursor = doubt
                return landing(.walk, next, mirror, now)
            case .end: break
            }
            // A mirror that was complete before has rows below a gap that this walk has confirmed, and perhaps some that are gone:
            // that is the re-reading's to find.
            if !state.isComplete { complete(&next, startedAt: now) }
            next.cursor = nil
            return landing(.walk, next, mirror, now)
        }
        next.cursor = cursor.advanced(past: page)
        return landing(
            .walk, next, mirror, now, upserts: mirror.differences(in: page.activities), rejected: page.rejected)
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
            switch reading.cursor?.emptiness(mirror, lacking: reading.missing) ?? .end {
            case .untrue: return nil
            case .end: return landedEnd(reading, mirror, now)
            case .doubtful(let doubt): return landedDoubt(reading, doubt, mirror, now)
            }
        }
        reading.isSound = reading.isSound && page.provesAbsence
        let absent = Set(absences(from: page, under: reading.cursor, mirror)).subtracting(reading.met)
        reading.missing = absent.union(reading.missing).subtracting(page.ids).sorted()
        let cursor = reading.cursor?.advanced(past: page) ?? BackfillCursor(afterTop: page, at: now)
        reading.met = met(reading, page, below: cursor.before, mirror)
        reading.cursor = cursor
        var next = state
        next.rereading = reading
        return landing(
            .rereading, next, mirror, now, upserts: mirror.differences(in: page.activities), rejected: page.rejected)
    }

    /// What was met, on this page or before, and what a page below the bound might be thought to lack.
    private func met(
        _ reading: Rereading, _ page: ActivityPage, below bound: UTCInstant, _ mirror: ActivityMirror
    ) -> [Int64] {
        let told = Dictionary(page.activities.map { ($0.id, $0.startDate) }, uniquingKeysWith: min)
        return page.ids.union(reading.met).filter { id in
            (told[id] ?? mirror.activity(id)?.startDate).map { $0 < bound } ?? false
        }.sorted()
    }

    /// Goes some way up again: what is stored there and is not noted as missing need not come once more.
    private func landedDoubt(
        _ reading: Rereading, _ raised: BackfillCursor, _ mirror: ActivityMirror, _ now: UTCInstant
    ) -> Landing {
        let metThere = mirror.missing(
            from: Set(reading.missing), startedBefore: raised.before, notBefore: reading.cursor?.before)
        var next = state
        next.rereading = reading
        next.rereading?.met = Set(reading.met).union(metThere).sorted()
        next.rereading?.cursor = raised
        return landing(.rereading, next, mirror, now)
    }

    /// What is stored within the page's stretch of the list and is not on the page.
    ///
    /// A page beyond the first under one bound proves nothing: so many activities began within one second, or two days, that the
    /// list may have shifted between two such pages. Neither does a look below a seam, which the next page repeats.
    private func absences(from page: ActivityPage, under cursor: BackfillCursor?, _ mirror: ActivityMirror) -> [Int64] {
        guard cursor?.beginsAtBound ?? true else { return [] }
        return mirror.missing(from: page, startedBefore: cursor?.before)
    }

    private func landedEnd(_ reading: Rereading, _ mirror: ActivityMirror, _ now: UTCInstant) -> Landing? {
        // An empty list is believed of an athlete without a history, or when a person says so.
        if reading.cursor == nil, !mirror.isEmpty, !reading.acceptsDeletions { return nil }
        // Only the first page under a bound begins right below it; others have the second of the seam behind them.
        let bound = reading.cursor.map { $0.beginsAtBound ? $0.before : $0.before - .seconds(1) }
        let below = mirror.missing(from: Set(reading.met), startedBefore: bound, notBefore: nil)
        let gone = reading.isSound ? (reading.missing.filter(mirror.contains) + below) : []
        let rule = deletions(mirror, isAccepted: reading.acceptsDeletions)
        let verdict = rule.verdict(gone, of: mirror.count, at: now)
        let needsWord = rule.needsWord(gone, of: mirror.count)
        var next = state
        if let cursor = reading.cursor, !verdict.deleted.isEmpty {
            guard needsWord else {
                next.rereading = reading.ended(at: cursor.before, lacking: verdict.deleted)
                return landing(.rereading, next, mirror, now)
            }
            // A person's word stands for the lookups, so what hangs on one empty page alone is asked for twice.
            if !below.isEmpty, !isDoubted(cursor, of: reading) {
                var landing = landedDoubt(reading, cursor.raised(mirror, lacking: reading.missing), mirror, now)
                landing.doubt = Doubt(startedAt: reading.startedAt, bound: cursor.before)
                return landing
            }
        }
        finish(reading, &next, held: verdict.held)
        return landing(.rereading, next, mirror, now, deletions: verdict.deleted, held: verdict.held)
    }

    /// Notes that a re-reading is over, and all that it lacked is deleted, there after all, or held.
    private func finish(_ reading: Rereading, _ next: inout SyncState, held: HeldDeletions? = nil) {
        next.rereading = nil
        complete(&next, startedAt: reading.startedAt)
        // A listing that was not fit to prove anything says nothing about what is held either.
        guard reading.isSound else { return }
        next.heldDeletions = held
        guard held == nil else { return }
        next.scope = grant.scope ?? next.scope
        next.athleteID = grant.athleteID ?? next.athleteID
    }

    // MARK: What a listing lacked

    func landedSuspect(
        _ id: Int64, _ purpose: Step.Purpose, _ finding: Suspects.Finding, _ mirror: ActivityMirror, _ now: UTCInstant
    ) -> Landing {
        var next = state
        var (upserts, deletions): ([Activity], [Int64]) = ([], [])
        switch finding {
        case .there(let activity): upserts = mirror.differences(in: [activity])
        case .gone: if mirror.contains(id) { deletions = [id] }
        case .unclear: break
        }
        // An answer is good for both readings; none is the end of the matter for the one that asked.
        if finding != .unclear || purpose == .rereading { next.rereading?.note([id]) }
        // What brought nothing is no success: readers go on being told when data last came.
        let time = finding == .unclear ? state.lastSuccessAt ?? now : now
        var landing = landing(
            purpose, next, mirror, time, upserts: upserts, deletions: deletions)
        landing.suspect = id
        if finding != .gone { landing.seen = [id] }
        landing.isVain = finding == .unclear
        return landing
    }

    // MARK: All of them

    private func landing(
        _ purpose: Step.Purpose, _ next: SyncState, _ mirror: ActivityMirror, _ now: UTCInstant,
        upserts: [Activity] = [], deletions: [Int64] = [], rejected: [RejectedActivity] = [],
        held: HeldDeletions? = nil
    ) -> Landing {
        var next = next
        next.lastSuccessAt = now
        // The last that it lacked may be settled by itself, or by a look at the newest that met it.
        if let reading = next.rereading, reading.isEnded, reading.missing.isEmpty { finish(reading, &next) }
        // The first rows, or those of a version that did not note it: those only when nothing can be hidden from now on.
        if next.scope == nil, mirror.isEmpty || grant.scope == Self.widestScope { next.scope = grant.scope }
        return Landing(
            batch: SyncBatch(
                upserts: upserts, deletions: deletions, rejected: rejected, state: next, fetchedAt: now),
            held: held, completesHistory: next.isComplete && !state.isComplete,
            endsRereading: state.rereading != nil && next.rereading == nil, purpose: purpose)
    }
}
