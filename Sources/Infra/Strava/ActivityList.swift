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
        guard let list = try? JSONDecoder().decode(List.self, from: Data(body)) else { throw NotAList() }
        return list.page
    }

    /// Sorts the items while they come, so that a page of them is never copied.
    private struct List: Decodable {
        var page = ActivityPage(activities: [])

        init(from decoder: any Decoder) throws {
            var items = try decoder.unkeyedContainer()
            page.activities.reserveCapacity(items.count ?? 0)
            while !items.isAtEnd {
                switch try items.decode(ListItem.self) {
                case .activity(let activity): page.activities.append(activity)
                case .rejected(let rejected): page.rejected.append(rejected)
                }
            }
        }
    }
}
