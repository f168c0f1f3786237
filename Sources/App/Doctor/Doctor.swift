import Actors
import Crypto
import Curl
import FoundationEssentials
import Logging
import Strava

/// Looks at everything that Paceline depends on, and says what is wrong.
///
/// It changes nothing but to bring the tables up to date, and asks for nothing that Strava counts.
struct Doctor: Sendable {
    let configuration: Configuration
    let clock: any WallClock
    let curl: CurlClient

    private var local: String { configuration.localURL(port: configuration.port) }
    private var connect: String { configuration.serverURL(port: configuration.port) + "/strava/authorize" }
    private var callback: String { configuration.redirectURI(port: configuration.port) }

    /// Every finding, in the order in which a person would look.
    func examine() async -> [Finding] {
        var findings = Diagnosis.configuration(configuration)
        findings += await examineStore()
        findings += await examineStrava()
        findings += await examineServer()
        return findings
    }

    private func examineStore() async -> [Finding] {
        do throws(StoreFailure) {
            let store = try await openStore()
            let state = try await store.syncState()
            let count = try await store.activities().count
            let tokens = try await store.authorization()
            let budget = try await store.budget()
            await store.close()
            return [
                Diagnosis.database(state, activities: count), Diagnosis.key(tokens.map(open), connect: connect),
                Diagnosis.budget(budget, at: clock.now()),
            ]
        } catch {
            return [Diagnosis.database(error)]
        }
    }

    private func openStore() async throws(StoreFailure) -> any Store {
        do {
            return try await Engine.openStore(configuration.database)
        } catch let failure as StoreFailure {
            throw failure
        } catch {
            throw StoreFailure(.unavailable, "\(error)")
        }
    }

    private func open(_ tokens: StoredAuthorization) -> Result<Void, CipherFailure> {
        do throws(CipherFailure) {
            let cipher = try FernetCipher(configuration.keys, clock: clock)
            _ = try cipher.decrypt(tokens.accessToken)
            _ = try cipher.decrypt(tokens.refreshToken)
            return .success(())
        } catch {
            return .failure(error)
        }
    }

    private func examineStrava() async -> [Finding] {
        guard let app = configuration.strava else { return [] }
        let settings = StravaConfiguration(
            apiURL: configuration.stravaAPI.description, oauthURL: configuration.stravaOAuth.description,
            clientID: app.clientID, clientSecret: app.clientSecret, redirectURI: callback)
        do throws(StravaFailure) {
            let date = try await StravaClient(settings, curl: curl, clock: clock).checkRegistration()
            let page = Finding.good("strava", "its page for connecting answers, and complains of nothing")
            return [page] + (date.map { [Diagnosis.clock($0, at: clock.now())] } ?? [])
        } catch {
            let host = configuration.addresses.redirect?.host ?? configuration.host
            return [Diagnosis.registration(error, callbackHost: host)]
                + (error.serverDate.map { [Diagnosis.clock($0, at: clock.now())] } ?? [])
        }
    }

    private func examineServer() async -> [Finding] {
        switch await get(local + "/strava/status") {
        case .failure(let failure): return [Diagnosis.noServer(failure, at: local)]
        case .success(let response):
            guard let status = try? JSONDecoder().decode(ServerStatus.self, from: Data(response.body)) else {
                return [Diagnosis.foreignServer(at: local, status: response.status)]
            }
            let answer = await get(callback)
            return [
                Diagnosis.server(status, connect: connect),
                Diagnosis.callback(answer, address: callback, local: local),
            ]
        }
    }

    private func get(_ url: String) async -> Result<CurlResponse, CurlFailure> {
        do throws(CurlFailure) { return .success(try await curl.send(CurlRequest(url: url))) } catch {
            return .failure(error)
        }
    }
}
