/// A deleted activity that waits to be erased.
package struct Tombstone: Sendable, Hashable {
    /// As it was stored when it was deleted.
    package var activity: Activity
    /// What ``Store/erase(deletedBefore:)`` goes by: when the batch that deleted it was fetched.
    package var deletedAt: UTCInstant

    package init(activity: Activity, deletedAt: UTCInstant) {
        self.activity = activity
        self.deletedAt = deletedAt
    }
}
