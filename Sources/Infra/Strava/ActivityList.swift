package import Actors
import FoundationEssentials

/// The body of `GET /athlete/activities`.
package enum ActivityList {
    /// The body is no JSON array: cut off, an outage page, or a fault under status 200.
    package struct NotAList: Error {}

    /// Decodes a page, item by item.
    ///
    /// It takes milliseconds, so it runs beside its caller and not on the caller's actor.
    @concurrent package static func decode(_ body: [UInt8]) async throws(NotAList) -> ActivityPage {
        guard let items = try? JSONDecoder().decode([ListItem].self, from: Data(body)) else { throw NotAList() }
        var page = ActivityPage(activities: [])
        page.activities.reserveCapacity(items.count)
        for item in items {
            switch item {
            case .activity(let activity): page.activities.append(activity)
            case .rejected(let rejected): page.rejected.append(rejected)
            }
        }
        return page
    }
}
