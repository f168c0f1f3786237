import FoundationEssentials
import Testing

@testable import paceline

@Suite("The documentation page")
struct SwaggerUITests {
    private func withFolder(_ files: [String: String], _ body: (String) throws -> Void) throws {
        let folder = FileManager.default.temporaryDirectory.path + "/paceline-\(UInt64.random(in: 0 ... .max))"
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: folder) }
        for (name, text) in files {
            #expect(FileManager.default.createFile(atPath: "\(folder)/\(name)", contents: Data(text.utf8)))
        }
        try body(folder)
    }

    private let complete = ["swagger-ui-bundle.js": "// bundle", "swagger-ui.css": "/* css */"]

    @Test func itServesItsFilesWithTheirTypes() throws {
        try withFolder(complete) { folder in
            let docs = SwaggerUI(folder: folder)
            #expect(
                docs.assets["swagger-ui-bundle.js"]
                    == StaticAsset(contentType: "text/javascript; charset=utf-8", text: "// bundle"))
            #expect(
                docs.assets["swagger-ui.css"]
                    == StaticAsset(contentType: "text/css; charset=utf-8", text: "/* css */"))
            let page = String(decoding: docs.page.bytes, as: UTF8.self)
            for name in ["swagger-ui-bundle.js", "swagger-ui.css", "start.js"] {
                #expect(page.contains("\"/docs/\(name)\""))
                #expect(docs.assets[name] != nil)
            }
        }
    }

    @Test func onlyKnownNamesAreServed() throws {
        try withFolder(complete.merging(["LICENSE": "Apache"]) { $1 }) { folder in
            let docs = SwaggerUI(folder: folder)
            for name in [
                "LICENSE", "", ".", "..", "../secret", "/etc/passwd", "swagger-ui.css/", "./swagger-ui.css", "%2e%2e",
            ] {
                #expect(docs.assets[name] == nil, "\(name)")
            }
        }
    }

    @Test func theFilesAreReadOnceAtTheStart() throws {
        try withFolder(complete) { folder in
            let docs = SwaggerUI(folder: folder)
            try FileManager.default.removeItem(atPath: "\(folder)/swagger-ui.css")
            #expect(docs.assets["swagger-ui.css"] != nil)
        }
    }

    @Test(arguments: [[:], ["swagger-ui.css": "x"], ["swagger-ui-bundle.js": "", "swagger-ui.css": "x"]])
    func withoutItsFilesThePageSaysWhatIsMissingAndHowToGetIt(files: [String: String]) throws {
        try withFolder(files) { folder in
            let docs = SwaggerUI(folder: folder)
            let page = String(decoding: docs.page.bytes, as: UTF8.self)
            #expect(page.contains("script/setup"))
            #expect(page.contains(folder))
            #expect(!page.contains("<script"))
        }
    }

    @Test func thePageAsksNothingFromElsewhere() throws {
        try withFolder(complete) { folder in
            let page = String(decoding: SwaggerUI(folder: folder).page.bytes, as: UTF8.self)
            #expect(!page.contains("://"))
            #expect(!SwaggerUI.contentSecurityPolicy.contains("http"))
        }
    }
}
