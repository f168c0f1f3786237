import Actors

extension CountedStrava {
    /// Nothing is ever missing from this list, so nobody has a reason to ask.
    func activity(_ id: Int64, accessToken: Secret) async throws(StravaFailure) -> StravaReply<Activity?> {
        throw StravaFailure(.unavailable, "only the list is simulated", wasSent: false)
    }
}
