// Package kamailiotest starts a real Kamailio for tests, with the configuration
// of deploy/kamailio and ports of its own, and stands between it and its
// database where a test wants the database to be away.
//
// It uses the words of Kamailio and of package pbx.
//
// It needs Debian's packages kamailio, kamailio-postgres-modules and
// kamailio-websocket-modules; without them the test is skipped. It makes
// neither database nor views: the caller names a database that has them.
//
// It listens on 127.0.0.1 only.
package kamailiotest
