import Actors
import FoundationEssentials
import Testing

@testable import paceline

@Suite("What the outside says")
struct ProcessEnvironmentTests {
    /// A folder of its own for one test.
    private func withFolder(_ body: (String) throws -> Void) throws {
        let folder = FileManager.default.temporaryDirectory.path + "/paceline-\(UInt64.random(in: 0 ... .max))"
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: folder) }
        try body(folder)
    }

    private func load(
        _ folder: String, environment: [String: String] = [:], overrides: [String: String] = [:]
    ) throws -> Configuration {
        try ProcessEnvironment.loadConfiguration(
            overrides: overrides, environment: environment, dotEnvPath: folder + "/.env",
            developmentKeys: DevelopmentKeys(path: folder + "/var/dev-keys"))
    }

    private func write(_ text: String, to path: String) {
        #expect(FileManager.default.createFile(atPath: path, contents: Data(text.utf8)))
    }

    @Test func theCommandLineWinsOverTheEnvironmentAndThatOverTheFile() throws {
        try withFolder { folder in
            write("PORT=1\nATHLETE_ID=1\nLOG_LEVEL=debug\n", to: folder + "/.env")
            let configuration = try load(
                folder, environment: ["PORT": "2", "ATHLETE_ID": "2", "LOG_LEVEL": ""], overrides: ["PORT": "3"])
            #expect(configuration.port == 3)
            #expect(configuration.athleteID == 2)
            #expect("\(configuration.logLevel)" == "debug")
        }
    }

    @Test func aBadLineOfTheFileStopsTheStartTogetherWithEverythingElse() throws {
        try withFolder { folder in
            write("A=1\nnot a line\nPORT=x\n", to: folder + "/.env")
            let problems = #expect(throws: ConfigurationProblems.self) { try load(folder) }
            #expect(problems?.problems.count == 2)
            #expect(problems?.description.contains("line 2") == true)
            #expect(problems?.description.contains("PORT") == true)
        }
    }

    @Test func aDevelopmentMachineKeepsItsKeys() throws {
        try withFolder { folder in
            let first = try load(folder)
            let second = try load(folder)
            #expect(first.keys.internalAPI == second.keys.internalAPI)
            #expect(first.keys.state == second.keys.state)
            #expect(first.keys.encryption == second.keys.encryption)
            #expect(Set([first.keys.internalAPI, first.keys.state, first.keys.encryption]).count == 3)
            #expect(first.keys.encryption.exposed.utf8.count == 64)
        }
    }

    @Test func theKeysOfADevelopmentMachineAreForItsUserAlone() throws {
        try withFolder { folder in
            _ = try load(folder)
            let attributes = try FileManager.default.attributesOfItem(atPath: folder + "/var/dev-keys")
            #expect(attributes[.posixPermissions] as? Int == 0o600)
            #expect(try FileManager.default.contentsOfDirectory(atPath: folder + "/var") == ["dev-keys"])
        }
    }

    @Test func aKeyThatIsSetIsUsedAndNotKept() throws {
        try withFolder { folder in
            let configuration = try load(
                folder, environment: ["STATE_SECRET": "mine", "ENCRYPTION_KEY": "<GENERATE_KEY>"])
            #expect(configuration.keys.state.exposed == "mine")
            #expect(configuration.keys.encryption.exposed.utf8.count == 64)
            let kept = try #require(FileManager.default.contents(atPath: folder + "/var/dev-keys"))
            #expect(
                Set(DotEnv(parsing: String(decoding: kept, as: UTF8.self)).values.keys) == [
                    "INTERNAL_API_KEY", "ENCRYPTION_KEY",
                ])
        }
    }

    @Test func withAllKeysSetNoFileIsMade() throws {
        try withFolder { folder in
            _ = try load(folder, environment: ["INTERNAL_API_KEY": "a", "STATE_SECRET": "b", "ENCRYPTION_KEY": "c"])
            #expect(!FileManager.default.fileExists(atPath: folder + "/var"))
        }
    }

    @Test func productionMakesNoKeys() throws {
        try withFolder { folder in
            #expect(throws: ConfigurationProblems.self) { try load(folder, environment: ["ENVIRONMENT": "production"]) }
            #expect(!FileManager.default.fileExists(atPath: folder + "/var"))
        }
    }

    @Test func aDamagedKeyFileIsToldAndLeftAlone() throws {
        try withFolder { folder in
            try FileManager.default.createDirectory(atPath: folder + "/var", withIntermediateDirectories: true)
            write("ENCRYPTION_KEY=\"abc\n", to: folder + "/var/dev-keys")
            let problems = #expect(throws: ConfigurationProblems.self) { try load(folder) }
            #expect(problems?.problems.map(\.subject) == [folder + "/var/dev-keys"])
            #expect(
                FileManager.default.contents(atPath: folder + "/var/dev-keys") == Data("ENCRYPTION_KEY=\"abc\n".utf8))
        }
    }

    @Test func aPlaceWhereNoKeysCanBeKeptIsTold() throws {
        try withFolder { folder in
            write("", to: folder + "/var")
            let problems = #expect(throws: ConfigurationProblems.self) { try load(folder) }
            #expect(problems?.problems.count == 1)
        }
    }

    @Test func keygenPrintsThreeDifferentKeysThatProductionAccepts() throws {
        let file = DotEnv(parsing: KeyGenerator.environmentLines().joined(separator: "\n"))
        #expect(Set(file.values.keys) == Set(DevelopmentKeys.names))
        let production = [
            "ENVIRONMENT": "production", "STRAVA_CLIENT_ID": "1", "STRAVA_CLIENT_SECRET": "s",
            "STRAVA_REDIRECT_URI": "https://example.org/strava/callback",
        ]
        _ = try Configuration.load(environment: file.values.merging(production) { $1 }).get()
    }

    @Test func aWholeFileOfKeygenLacksOnlyWhatAPersonMustFillIn() throws {
        let file = DotEnv(parsing: KeyGenerator.productionFile().joined(separator: "\n"))
        #expect(file.problems.isEmpty)
        guard case .failure(let failure) = Configuration.load(environment: file.values) else {
            Issue.record("nothing is missing")
            return
        }
        #expect(Set(failure.problems.map(\.subject)) == ["STRAVA_CLIENT_ID", "STRAVA_REDIRECT_URI"])
        let filled = [
            "STRAVA_CLIENT_ID": "1", "STRAVA_CLIENT_SECRET": "s",
            "STRAVA_REDIRECT_URI": "https://example.org/strava/callback",
        ]
        let configuration = try Configuration.load(environment: file.values.merging(filled) { $1 }).get()
        #expect(configuration.warnings == [])
        // Switched on, the lines for PostgreSQL are ones it takes.
        let withDatabase = DotEnv(
            parsing: KeyGenerator.productionFile().joined(separator: "\n").replacing("#POSTGRES", with: "POSTGRES"))
        let address = try Configuration.load(environment: withDatabase.values.merging(filled) { $1 }).get().database
        guard case .postgres(let postgres) = address else {
            Issue.record("it is \(address.summary)")
            return
        }
        #expect(postgres.user == "paceline")
        #expect(postgres.password?.exposed.utf8.count == 64)
    }

    @Test func theExampleFileNamesEveryVariableAndLoadsAsItIs() throws {
        let path = #filePath.components(separatedBy: "/Tests/")[0] + "/.env.example"
        let text = String(decoding: try #require(FileManager.default.contents(atPath: path)), as: UTF8.self)
        for name in Misspelling.known { #expect(text.contains("\n#\(name)="), "\(name)") }
        #expect(DotEnv(parsing: text) == DotEnv(parsing: ""))
        // With every line switched on, only what a person must fill in is missing.
        let switchedOn = text.split(separator: "\n").map { line in
            line.hasPrefix("#") && line.dropFirst().prefix { $0.isUppercase || $0 == "_" }.count > 3
                ? String(line.dropFirst()) : ""
        }
        let file = DotEnv(parsing: switchedOn.joined(separator: "\n"))
        #expect(file.problems == [])
        #expect(Set(file.values.keys) == Set(Misspelling.known))
    }
}
