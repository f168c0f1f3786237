import HTTP
import HTTPTypes
import Testing

@testable import paceline

@Suite("Resident memory")
struct ResidentMemoryTests {
    @Test func onlyCodeOfFilesIsLetGo() throws {
        func mapping(_ rest: String) throws -> ResidentMemory.Mapping {
            try #require(ResidentMemory.Mapping("55d8c0a00000-55d8c0a03000 " + rest))
        }
        let text = try mapping("r-xp 00002000 fe:00 1234                      /usr/lib/a library.so")
        #expect(text.isProgramText)
        #expect(text.length == 0x3000)
        #expect(
            [0x55d8_c09f_ffff, 0x55d8_c0a0_0000, 0x55d8_c0a0_2fff, 0x55d8_c0a0_3000].map(text.contains) == [
                false, true, true, false,
            ])
        #expect(text.path == "/usr/lib/a library.so")
        // Relocated and protected by the loader; data; the heap; the kernel's own page.
        #expect(try !mapping("r--p 00002000 fe:00 1234 /usr/lib/a.so").isProgramText)
        #expect(try !mapping("rw-p 00002000 fe:00 1234 /usr/lib/a.so").isProgramText)
        #expect(try !mapping("rw-p 00000000 00:00 0    [heap]").isProgramText)
        #expect(try !mapping("r-xp 00000000 00:00 0    [vdso]").isProgramText)
    }

    @Test(arguments: [
        "", "nonsense", "1000-2000 rw-p 00000000 00:00 0", "2000-1000 r-xp 0 0 0 /a", "x-y r-xp 0 0 0 /a",
    ])
    func whatIsNoFilesMappingIsLeftAlone(line: String) {
        #expect(ResidentMemory.Mapping(line) == nil)
    }

    @Test func theProgramRunsOnAfterwards() async throws {
        ResidentMemory.trim()
        let app = try await TestApp()
        #expect(await app.get("/livez").status == .ok)
    }
}
