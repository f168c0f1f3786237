/// Decides whether activities that a listing lacks are deleted.
///
/// A sync must never destroy a history because Strava answered badly for an hour, or because the athlete granted less than
/// before. So few at a time are believed, many need the word of a person, and a changed grant always does.
struct Deletions: Sendable {
    /// More than this many rows at once, and more than a twentieth of all, are not deleted on the word of one listing.
    static let believable = 20

    /// Whether athlete and scope are those that the rows were listed with.
    var isSameGrant: Bool
    /// Whether a person confirmed that whatever the listing lacks is gone.
    var isAccepted: Bool

    /// Which of `gone` to delete, and what to say of the rest.
    ///
    /// - Parameters:
    ///   - gone: what a complete and error-free listing lacked.
    ///   - stored: how many rows there are to delete from.
    func verdict(_ gone: [Int64], of stored: Int, at now: UTCInstant) -> (deleted: [Int64], held: HeldDeletions?) {
        if isAccepted || !needsWord(gone, of: stored) { return (gone, nil) }
        return ([], HeldDeletions(count: gone.count, at: now))
    }

    /// Whether only a person can say that these are gone.
    func needsWord(_ gone: [Int64], of stored: Int) -> Bool {
        let isBelievable = gone.count < stored && (gone.count <= Self.believable || gone.count * 20 <= stored)
        return !gone.isEmpty && !(isSameGrant && isBelievable)
    }
}
