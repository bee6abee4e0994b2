const days = (n: number) => `interval '${n} days'`;

/** Credits of the grant `g` that have ended by the instant and are still to expire. Held ones stay with their charge. */
export function expiryDue(now: string): string {
  return `(g.available > 0 and g.expires_at <= ${now})`;
}

/** The grant `g` is a dated promo or top-up whose notice, 7 days or 1 day before its end, is to be given at the instant. */
export function noticeDue(now: string): string {
  const due = (n: number, bit: number) =>
    `(g.expires_at <= ${now} + ${days(n)} and g.at <= g.expires_at - ${days(n)} and g.noticed & ${bit} = 0)`;
  return `(g.source <> 'monthly' and g.available > 0 and g.expires_at > ${now} and (${due(7, 1)} or ${due(1, 2)}))`;
}

/** The line `t` of a workspace's terms begins a run of an epoch: the one before it belongs to another. */
export function beginsRun(schema: string, workspace = "t.workspace_id"): string {
  return (
    `(t.starts_at = t.epoch_starts_at and not exists (select 1 from ${schema}terms p` +
    ` where p.workspace_id = ${workspace} and p.n = t.n - 1 and p.epoch = t.epoch` +
    " and p.epoch_starts_at = t.epoch_starts_at))"
  );
}
