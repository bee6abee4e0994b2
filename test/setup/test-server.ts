import { startTemporaryServer } from "../../scripts/postgres/temporary-server.ts";

/**
 * Fast, because nothing on it must survive a crash; and unlike our machines where code may have taken them for granted:
 * texts sort by language rather than by byte, and the session's time zone is one nobody expects.
 */
export function startTestServer() {
  const major = process.env.DUCAT_TEST_POSTGRES_MAJOR;
  return startTemporaryServer({
    ...(major ? { major: Number(major) } : {}),
    initialize: ["--locale=C", "--locale-provider=icu", "--icu-locale=en-US"],
    settings: {
      fsync: "off",
      full_page_writes: "off",
      synchronous_commit: "off",
      max_connections: "200",
      timezone: "Pacific/Chatham",
    },
  });
}
