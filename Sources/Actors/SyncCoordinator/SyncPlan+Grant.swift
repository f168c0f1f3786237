/// Whose list is read, and whether it may be compared with what is stored.
extension SyncPlan {
    /// Who granted what.
    struct Grant: Sendable, Hashable {
        var athleteID: Int64?
        var scope: String?
    }

    /// The scope that shows everything, so that no change to it hides anything
    /// (developers.strava.com/docs/authentication, "Details About Requesting Access").
    static let widestScope = "activity:read_all"

    /// Whether the pages that come now were fetched with the rights that the rows were read with, as far as is known.
    ///
    /// Rows of the original, or of an older version, do not tell their scope: they may hold what a narrower one hides.
    ///
    /// - Parameter hasRows: whether there are rows at all.
    func isSameGrant(asThatOfRows hasRows: Bool) -> Bool {
        guard state.athleteID == nil || grant.athleteID == nil || state.athleteID == grant.athleteID else {
            return false
        }
        guard let scope = grant.scope else { return true }
        if let listed = state.scope { return listed == scope }
        return !hasRows || scope == Self.widestScope
    }

    /// How much of what a listing lacks is deleted under these rights.
    func deletions(_ mirror: ActivityMirror, isAccepted: Bool) -> Deletions {
        Deletions(isSameGrant: isSameGrant(asThatOfRows: !mirror.isEmpty), isAccepted: isAccepted)
    }

    /// Whether what the re-reading lacked is asked for with a token that would be answered 404 for all of it.
    func isOfOthers(_ rereading: Rereading) -> Bool {
        rereading.isEnded && !rereading.acceptsDeletions && !isSameGrant(asThatOfRows: true)
    }
}
