/// Percent-encoding for the values of a query.
enum PercentEncoding {
    /// Encodes all but unreserved characters, and the colon and comma that Strava leaves in its scope lists.
    static func encode(_ text: String) -> String {
        var output: [UInt8] = []
        for byte in text.utf8 {
            switch byte {
            case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, 0x2D, 0x2E, 0x5F, 0x7E, 0x2C, 0x3A: output.append(byte)
            default:
                let digits = String(byte, radix: 16, uppercase: true)
                output += Array(("%" + (byte < 16 ? "0" : "") + digits).utf8)
            }
        }
        return String(decoding: output, as: UTF8.self)
    }
}
