import type { Member, Page } from "@ducat/client";
import type { Session } from "../../database/port.ts";
import { instantOrNull } from "../../engine/answer.ts";
import type { Question } from "../../inputs/index.ts";
import { ms, type Sql } from "../sql.ts";
import { cursorOf } from "./cursor.ts";
import { existing, lastSeq } from "./workspace.ts";
import type { CatalogSource } from "./workspaces.ts";

const cursor = cursorOf("members", ["text"]);

/** Who is in the workspace, by id. Removed members are not: their balance and their charges can be read by their id. */
export async function listMembers(
  sql: Sql,
  catalogs: CatalogSource,
  session: Session,
  question: Question<"members">,
): Promise<Page<Member>> {
  const { workspace, limit } = question;
  const after = cursor.read(question.cursor)?.[0] ?? "";
  const [found, version, rows] = await session.run([
    existing(sql, workspace),
    { text: `select version from ${sql.schema}catalog_version order by published_n desc limit 1` },
    {
      text:
        `select m.id, m.role, m.name, m.email, m.cap, ${ms("m.removed_at")} from ${sql.schema}holder m` +
        " where m.workspace_id = $1::text and m.id > $2::text and m.role is not null and m.removed_at is null" +
        ` order by m.id limit ${limit + 1}`,
      params: [workspace, after],
    },
  ]);
  lastSeq(workspace, found);
  const published = version?.rows[0]?.[0] as string | undefined;
  await catalogs.ensure(session, [published ?? null]);
  const roles = published === undefined ? {} : (catalogs.known.get(published)?.roles ?? {});
  const members = (rows?.rows ?? []).map(([id, role, name, email, cap, removedAt]): Member => {
    const seat = removedAt === null && Object.hasOwn(roles, role) ? (roles[role]?.seat ?? null) : null;
    return { id, role, seat, name, email, cap, removedAt: instantOrNull(removedAt) };
  });
  const data = members.slice(0, limit);
  const last = members.length > limit ? data.at(-1) : undefined;
  return { data, nextCursor: last === undefined ? null : cursor.write([last.id]) };
}
