// Package storagetest proves that a secondary storage keeps the contract of
// [authplugin.SecondaryStorage], and those of [authplugin.AtomicStorage],
// [authplugin.TransitionStorage] and of [authplugin.Broadcaster] when it implements
// them. That a Broadcaster notices a
// connection that is lost takes a fault of the network, which each has to test itself. The library's own storages are tested with it; an application
// that brings its own tests it in the same way:
//
//	func TestStorage(t *testing.T) {
//		storagetest.Run(t, func(t testing.TB) authplugin.SecondaryStorage {
//			return mystore.New(connect(t))
//		})
//	}
//
// It needs an empty storage, or one where nothing else uses its keys, with room
// for some 10 MB. Its keys are random, removed at the end of each test, and expire
// after some minutes at the latest; one of them is the empty key. The function may
// return the same storage each time. The tests run in parallel, take about a second on a storage
// that answers within a millisecond, and measure expiry by the clock of the process: on a slow
// machine they prove less, but do not fail.
package storagetest
