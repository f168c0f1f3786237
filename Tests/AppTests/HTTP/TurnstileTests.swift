import Testing

@testable import paceline

@Suite struct TurnstileTests {
    @Test func noMoreAreLetInThanThereIsRoomForAndWhoLeavesMakesSome() {
        let turnstile = Turnstile(limit: 2)
        #expect([turnstile.enter(), turnstile.enter(), turnstile.enter()] == [true, true, false])
        turnstile.leave()
        #expect([turnstile.enter(), turnstile.enter()] == [true, false])
    }
}
