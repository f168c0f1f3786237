import Actors
import FoundationEssentials

/// The body of `POST /oauth/token`.
struct TokenReply: Decodable {
    private enum Key: String, CodingKey {
        case athlete
        case accessToken = "access_token"
        case refreshToken = "refresh_token"
        case expiresAt = "expires_at"
    }

    private enum AthleteKey: String, CodingKey {
        case id
        case createdAt = "created_at"
    }

    var grant: TokenGrant

    /// - Returns: nil when the body is no JSON object, or a token or the expiry is not in it.
    init?(_ body: [UInt8]) {
        guard let reply = try? JSONDecoder().decode(TokenReply.self, from: Data(body)) else { return nil }
        self = reply
    }

    init(from decoder: any Decoder) throws {
        let reply = try decoder.container(keyedBy: Key.self)
        guard let access = reply.text(.accessToken), let refresh = reply.text(.refreshToken),
            let expiresAt = reply.instant(.expiresAt), Self.isToken(access), Self.isToken(refresh)
        else {
            // Without the text itself: an error may be printed.
            throw DecodingError.dataCorrupted(.init(codingPath: [], debugDescription: "no tokens"))
        }
        let athlete = try? reply.nestedContainer(keyedBy: AthleteKey.self, forKey: .athlete)
        grant = TokenGrant(
            accessToken: Secret(access), refreshToken: Secret(refresh), expiresAt: expiresAt,
            athleteID: athlete?.identifier(.id),
            memberSince: athlete?.text(.createdAt).flatMap(ISO8601.instant))
    }

    /// What a header can carry: an access token with a line break in it could never be sent.
    private static func isToken(_ text: String) -> Bool {
        !text.isEmpty && text.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7f }
    }
}
