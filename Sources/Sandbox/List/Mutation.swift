/// A change to the current athlete's history.
package enum Mutation: Sendable {
    /// A new or late upload; one with the same id is replaced.
    case insert(SandboxActivity)
    case delete(Int64)
    /// An edit: a rename, a crop, a flip of visibility.
    case edit(Int64, @Sendable (inout SandboxActivity) -> Void)

    /// The flip that makes an activity appear or vanish for tokens without `activity:read_all`.
    package static func setVisibility(_ id: Int64, _ visibility: SandboxActivity.Visibility) -> Mutation {
        .edit(id) { $0.visibility = visibility }
    }
}

/// A change that waits for a number of list replies, so that it falls between two pages of one walk.
struct PlannedMutation: Sendable {
    var athleteID: Int64
    var mutation: Mutation
    var repliesToGo: Int
}
