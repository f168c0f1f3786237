import Actors
import FoundationEssentials
import JSON

/// One item of the list: an activity, or what could not be made one.
///
/// Decoding it never throws, so that one bad item costs that item and not the page.
enum ListItem: Decodable {
    case activity(Activity)
    case rejected(RejectedActivity)

    private enum Key: String, CodingKey {
        case id, name, type, distance, timezone, visibility
        case idText = "id_str"
        case sportType = "sport_type"
        case movingTime = "moving_time"
        case elapsedTime = "elapsed_time"
        case totalElevationGain = "total_elevation_gain"
        case startDate = "start_date"
        case startDateLocal = "start_date_local"
        case utcOffset = "utc_offset"
        case averageSpeed = "average_speed"
        case maxSpeed = "max_speed"
        case averageHeartrate = "average_heartrate"
        case maxHeartrate = "max_heartrate"
        case kudosCount = "kudos_count"
    }

    /// An activity alone, as `GET /activities/{id}` answers it: what a list item has, and more; nil when the body is none.
    static func activity(_ body: [UInt8]) -> Activity? {
        guard case .activity(let activity)? = try? JSONDecoder().decode(ListItem.self, from: Data(body)) else {
            return nil
        }
        return activity
    }

    private typealias Container = KeyedDecodingContainer<Key>

    init(from decoder: any Decoder) throws {
        guard let item = try? decoder.container(keyedBy: Key.self) else {
            self = Self.rejection(decoder, nil, "not an object")
            return
        }
        guard let id = item.identifier(.id) ?? item.identifier(.idText) else {
            self = Self.rejection(decoder, nil, "no id")
            return
        }
        guard let start = item.text(.startDate).flatMap(ISO8601.instant) else {
            self = Self.rejection(decoder, id, "no start_date that is a date")
            return
        }
        self = .activity(Self.activity(item, id: id, start: start))
    }

    private static func activity(_ item: Container, id: Int64, start: UTCInstant) -> Activity {
        let (type, sportType) = sports(item)
        return Activity(
            id: id, name: item.text(.name) ?? "", type: type, sportType: sportType,
            distance: item.number(.distance) ?? 0, movingTime: item.count(.movingTime),
            elapsedTime: item.count(.elapsedTime), totalElevationGain: item.number(.totalElevationGain) ?? 0,
            startDate: start, startDateLocal: localStart(item, start), timezone: item.text(.timezone).flatMap(zone),
            averageSpeed: item.number(.averageSpeed), maxSpeed: item.number(.maxSpeed),
            averageHeartrate: item.number(.averageHeartrate), maxHeartrate: item.number(.maxHeartrate),
            kudosCount: item.count(.kudosCount), visibility: item.text(.visibility))
    }

    /// Each name stands in for the other; without either it is `Workout`, Strava's own name for what has no better one.
    private static func sports(_ item: Container) -> (type: String, sportType: String) {
        let type = item.text(.type).flatMap { $0.isEmpty ? nil : $0 }
        let sportType = item.text(.sportType).flatMap { $0.isEmpty ? nil : $0 }
        switch (type, sportType) {
        case (let type?, let sportType?): return (type, sportType)
        case (let type?, nil): return (type, type)
        case (nil, let sportType?): return (SportType.legacyType(of: sportType), sportType)
        case (nil, nil): return ("Workout", "Workout")
        }
    }

    /// The watch's reading; without it the offset gives it, and without that the time in UTC must do.
    private static func localStart(_ item: Container, _ start: UTCInstant) -> LocalDateTime {
        if let local = item.text(.startDateLocal).flatMap(ISO8601.localDateTime) { return local }
        // No zone is further than 14 hours from UTC; a greater offset is noise.
        let offset = item.number(.utcOffset).flatMap { abs($0) <= 14 * 3600 ? Int64($0) : nil }
        return LocalDateTime(start, offset: offset ?? 0)
    }

    /// `Europe/Berlin` of `(GMT+01:00) Europe/Berlin`; the bracket is wrong in summer, so the name alone is kept.
    ///
    /// - Returns: nil when no name is there, or what stands there cannot be one.
    private static func zone(_ text: String) -> String? {
        let name = text.utf8.firstIndex(of: UInt8(ascii: " ")).map { text[text.utf8.index(after: $0)...] } ?? text[...]
        guard let first = name.utf8.first, first | 0x20 >= UInt8(ascii: "a"), first | 0x20 <= UInt8(ascii: "z"),
            name.utf8.count <= 64, name.utf8.allSatisfy(isZoneCharacter)
        else { return nil }
        return String(name)
    }

    private static func isZoneCharacter(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "a")...UInt8(ascii: "z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "/"), UInt8(ascii: "_"), UInt8(ascii: "+"),
            UInt8(ascii: "-"):
            true
        default: false
        }
    }

    private static func rejection(_ decoder: any Decoder, _ id: Int64?, _ reason: String) -> ListItem {
        let bytes = (try? JSON(from: decoder))?.bytes ?? []
        return .rejected(RejectedActivity(id: id, reason: reason, json: text(bytes, upTo: 65_536)))
    }

    /// The longest whole-character beginning of `bytes` that fits.
    private static func text(_ bytes: [UInt8], upTo limit: Int) -> String {
        var end = min(limit, bytes.count)
        // 10xxxxxx goes on with a character that began before.
        while end < bytes.count, end > 0, bytes[end] & 0xc0 == 0x80 { end -= 1 }
        return String(decoding: bytes[..<end], as: UTF8.self)
    }
}
