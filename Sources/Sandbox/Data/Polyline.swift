/// Routes as Strava's maps encode them: Google's encoded polyline, five decimals.
enum Polyline {
    /// Each point as its difference from the one before, in groups of five bits, lowest first, 63 added.
    static func encode(_ points: [[Int]]) -> String {
        var text: [UInt8] = []
        var last = [0, 0]
        for point in points {
            for axis in 0..<2 {
                let difference = point[axis] - last[axis]
                var rest = difference < 0 ? ~(difference << 1) : difference << 1
                while rest >= 32 {
                    text.append(UInt8(rest & 31 | 32) + 63)
                    rest >>= 5
                }
                text.append(UInt8(rest) + 63)
            }
            last = point
        }
        return String(decoding: text, as: UTF8.self)
    }
}
