import { once } from "node:events";
import type { AddressInfo, Server } from "node:net";

/** Lets a proxy listen, and answers the URL of the database as it is reached through it. */
export async function urlThrough(proxy: Server, databaseUrl: string): Promise<string> {
  proxy.listen(0, "127.0.0.1");
  await once(proxy, "listening");
  const url = new URL(databaseUrl);
  url.hostname = "127.0.0.1";
  url.port = String((proxy.address() as AddressInfo).port);
  return url.href;
}
