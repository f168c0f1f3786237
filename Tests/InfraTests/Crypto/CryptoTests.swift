import Crypto
import Testing

@Suite struct CryptoTests {
    @Test func sha256HashesTheVectorsOfTheStandard() {
        #expect(
            Hex.encode(SHA256.hash("abc".utf8)) == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad")
        #expect(
            Hex.encode(SHA256.hash([])) == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855")
    }

    @Test(
        "HMAC-SHA256 gives the codes of RFC 4231",
        arguments: [
            (
                [UInt8](repeating: 0x0b, count: 20), "Hi There",
                "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7"
            ),
            (
                Array("Jefe".utf8), "what do ya want for nothing?",
                "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"
            ),
            (
                [UInt8](repeating: 0xaa, count: 131), "Test Using Larger Than Block-Size Key - Hash Key First",
                "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54"
            ),
        ])
    func hmac(key: [UInt8], message: String, code: String) {
        #expect(Hex.encode(hmacSHA256(key: key, message: message.utf8)) == code)
    }

    @Test func hmacTakesAnEmptyKeyAndAnEmptyMessage() {
        #expect(
            Hex.encode(hmacSHA256(key: [], message: []))
                == "b613679a0814d9ec772f95d778c35fc5ff1697c493715653c6c712144292c5ad")
    }

    @Test func comparisonKnowsEqualFromUnequal() {
        #expect(constantTimeEquals([], []))
        #expect(constantTimeEquals("key".utf8, "key".utf8))
        #expect(!constantTimeEquals("key".utf8, "kez".utf8))
        #expect(!constantTimeEquals("key".utf8, "key ".utf8))
        #expect(!constantTimeEquals("".utf8, "k".utf8))
        #expect(constantTimeEquals([0xff, 0x00, 0xc3], [0xff, 0x00, 0xc3]))
        #expect(!constantTimeEquals([0xff, 0x00], [0xff, 0x00, 0x00]))
        #expect(!constantTimeEquals([0x00], [0x80]))
    }

    @Test func everyBitOfADifferenceCounts() {
        let original = Array(0..<32 as Range<UInt8>)
        for index in original.indices {
            for bit in 0..<8 {
                var changed = original
                changed[index] ^= 1 << bit
                #expect(!constantTimeEquals(original, changed))
            }
        }
    }

    @Test func randomBytesHaveTheirCountAndDoNotRepeat() {
        #expect(SecureRandom.bytes(0).isEmpty)
        #expect(SecureRandom.bytes(33).count == 33)
        #expect(Set((0..<100).map { _ in SecureRandom.bytes(16) }).count == 100)
    }

    @Test func aURLSafeTokenNeedsNoEscaping() {
        let token = SecureRandom.urlSafeToken(bytes: 32)
        #expect(token.utf8.count == 43)
        #expect(Base64URL.decode(token)?.count == 32)
    }
}

@Suite struct HexTests {
    @Test func bytesBecomeLowerCaseDigitsAndComeBackFromEitherCase() {
        #expect(Hex.encode([0x00, 0x0f, 0xa5, 0xff]) == "000fa5ff")
        #expect(Hex.decode("000FA5ff") == [0x00, 0x0f, 0xa5, 0xff])
        #expect(Hex.decode("") == [])
    }

    @Test("not hexadecimal", arguments: ["0", "0g", "zz", "0x00", " 00", "é"])
    func refuses(text: String) {
        #expect(Hex.decode(text) == nil)
    }
}

@Suite struct Base64URLTests {
    @Test(
        "vectors of RFC 4648, both ways",
        arguments: [
            ("", ""), ("f", "Zg=="), ("fo", "Zm8="), ("foo", "Zm9v"), ("foob", "Zm9vYg=="), ("fooba", "Zm9vYmE="),
            ("foobar", "Zm9vYmFy"),
        ])
    func vectors(plain: String, encoded: String) {
        let bare = String(encoded.prefix { $0 != "=" })
        #expect(Base64URL.encode(plain.utf8, padded: true) == encoded)
        #expect(Base64URL.encode(plain.utf8, padded: false) == bare)
        #expect(Base64URL.decode(encoded) == Array(plain.utf8))
        #expect(Base64URL.decode(bare) == Array(plain.utf8))
    }

    @Test func theAlphabetIsTheURLSafeOne() {
        #expect(Base64URL.encode([0xfb, 0xff, 0xbf], padded: true) == "-_-_")
        #expect(Base64URL.decode("-_-_") == [0xfb, 0xff, 0xbf])
        #expect(Base64URL.decode("+/+/") == nil)
    }

    @Test(
        "texts that no encoder makes",
        arguments: ["Z", "Zg=", "Zh==", "Zm9=", "Zg==Zg==", "=", "====", "Zm9v=", "Zm 9v"])
    func refuses(text: String) {
        #expect(Base64URL.decode(text) == nil)
    }

    @Test func everyLengthComesBack() {
        for count in 0..<70 {
            let bytes = SecureRandom.bytes(count)
            #expect(Base64URL.decode(Base64URL.encode(bytes, padded: true)) == bytes)
            #expect(Base64URL.decode(Base64URL.encode(bytes, padded: false)) == bytes)
        }
    }
}
