import Actors
import Crypto
import TestSupport
import Testing

@Suite struct FernetTests {
    private static let specificationKey = "cw_0x689RpI-jtRR7oE8h_eQsKImvJapLeSbXpwF4e4="
    private static let specificationToken =
        "gAAAAAAdwJ6wAAECAwQFBgcICQoLDA0ODy021cpGVWKZ_eEwCGM4BLLF_5CV9dOPmrhuVUPgJobwOz7JcbmrR64jVmpU4IwqDA=="

    private func fernet() throws -> Fernet {
        try #require(Base64URL.decode(Self.specificationKey).flatMap(Fernet.init(key:)))
    }

    @Test func itMakesTheTokenOfTheSpecification() throws {
        let token = try fernet().seal(
            Array("hello".utf8), at: UTCInstant(seconds: 499_162_800), iv: Array(0..<16 as Range<UInt8>))
        #expect(token == Self.specificationToken)
    }

    @Test func itReadsTheTokenOfTheSpecification() throws {
        #expect(try fernet().open(Self.specificationToken) == Array("hello".utf8))
    }

    @Test func everyLengthComesBack() throws {
        let fernet = try fernet()
        for count in 0..<50 {
            let plaintext = SecureRandom.bytes(count)
            #expect(try fernet.open(fernet.seal(plaintext, at: UTCInstant(seconds: 0))) == plaintext)
        }
    }

    @Test func twoTokensOfOneTextDiffer() throws {
        let fernet = try fernet()
        let now = UTCInstant(seconds: 1_795_402_800)
        #expect(try fernet.seal([1], at: now) != fernet.seal([1], at: now))
    }

    @Test func aChangeOfAnyCharacterIsNoticed() throws {
        let fernet = try fernet()
        let token = Array(Self.specificationToken.utf8)
        for index in token.indices {
            for replacement in Array("A_-=w +\n\u{0}é".utf8) where replacement != token[index] {
                var changed = token
                changed[index] = replacement
                let text = String(decoding: changed, as: UTF8.self)
                #expect(throws: CipherFailure.wrongKey) { try fernet.open(text) }
            }
        }
    }

    @Test func aChangeOfAnyBitIsNoticed() throws {
        let fernet = try fernet()
        let token = try #require(Base64URL.decode(Self.specificationToken))
        for index in token.indices {
            for bit in 0..<8 {
                var changed = token
                changed[index] ^= 1 << bit
                let text = Base64URL.encode(changed, padded: true)
                #expect(throws: CipherFailure.wrongKey) { try fernet.open(text) }
            }
        }
    }

    @Test func aTokenCutAnywhereIsNoticed() throws {
        let fernet = try fernet()
        for count in 0..<Self.specificationToken.utf8.count {
            let text = String(Self.specificationToken.prefix(count))
            #expect(throws: CipherFailure.wrongKey) { try fernet.open(text) }
        }
    }

    @Test(
        "what is no token", arguments: ["", "hello", "gAAAAA==", "🚴", "null", String(repeating: "A", count: 100_000)])
    func malformed(text: String) throws {
        let fernet = try fernet()
        #expect(throws: CipherFailure.wrongKey) { try fernet.open(text) }
    }

    @Test func aWellSignedTextWithBadPaddingIsNoTokenEither() throws {
        // Signed with the right key, but the block inside is not what the encryption key makes: the padding check must speak.
        let key = try #require(Base64URL.decode(Self.specificationKey))
        var body = Array(try #require(Base64URL.decode(Self.specificationToken)).dropLast(32))
        body[body.count - 1] ^= 0xff
        let text = Base64URL.encode(body + hmacSHA256(key: key[..<16], message: body), padded: true)
        let fernet = try fernet()
        #expect(throws: CipherFailure.wrongKey) { try fernet.open(text) }
    }

    @Test func aKeyHas32Bytes() {
        #expect(Fernet(key: SecureRandom.bytes(31)) == nil)
        #expect(Fernet(key: SecureRandom.bytes(33)) == nil)
    }

    @Test func itsDescriptionShowsNoKey() throws {
        let fernet = try fernet()
        #expect("\(fernet)" == "Fernet(<redacted>)")
        var dumped = ""
        dump(fernet, to: &dumped)
        #expect(!dumped.contains("115"))
    }
}

@Suite struct FernetCipherTests {
    @Test func anotherKeyIsToldApart() throws {
        let sealed = try FernetCipher(encryptionKey: Secret("one key")).encrypt(Secret("token"))
        let other = try FernetCipher(encryptionKey: Secret("another key"))
        #expect(throws: CipherFailure.wrongKey) { try other.decrypt(sealed) }
    }

    @Test func whatAnOlderKeySealedIsOpenedAndNewRowsAreSealedWithTheNewest() throws {
        let old = try FernetCipher(encryptionKey: Secret("old"))
        let both = try FernetCipher(encryptionKey: Secret("new"), older: [Secret("older still"), Secret("old")])
        let new = try FernetCipher(encryptionKey: Secret("new"))
        #expect(try both.decrypt(try old.encrypt(Secret("token"))) == Secret("token"))
        #expect(try new.decrypt(try both.encrypt(Secret("token"))) == Secret("token"))
        let foreign = try FernetCipher(encryptionKey: Secret("foreign")).encrypt(Secret("token"))
        #expect(throws: CipherFailure.wrongKey) { try both.decrypt(foreign) }
    }

    @Test func theTimeInTheTokenIsTheClocks() throws {
        let cipher = try FernetCipher(
            encryptionKey: Secret("key"), clock: ManualClock(UTCInstant(seconds: 0x0102_0304)))
        let token = try #require(Base64URL.decode(try cipher.encrypt(Secret("token"))))
        #expect(Array(token[1..<9]) == [0, 0, 0, 0, 1, 2, 3, 4])
    }

    @Test func plaintextThatIsNotTextIsRefused() throws {
        // PBKDF2-HMAC-SHA256 of "k" with the fixed salt and rounds, computed with Python's hashlib.
        let key = try #require(Hex.decode("2556902b7d7a670774edf90a70a02d909cd4e09ff1bfcd2a6a42e61f9393873e"))
        let fernet = try #require(Fernet(key: key))
        let cipher = try FernetCipher(encryptionKey: Secret("k"))
        let text = try fernet.seal(Array("text".utf8), at: UTCInstant(seconds: 1))
        let noText = try fernet.seal([0xc3, 0x28], at: UTCInstant(seconds: 1))
        #expect(try cipher.decrypt(text) == Secret("text"))
        #expect(throws: CipherFailure.wrongKey) { try cipher.decrypt(noText) }
    }
}
