/** Readable at 390 px, in light and in dark. */
export const referenceStyle = `
:root{color-scheme:light dark;--ink:#1c1b1a;--quiet:#625d57;--line:#ddd8d0;--paper:#fdfcfa;--panel:#f4f1ec;--accent:#8a4b08;--good:#1f6b3a;--warn:#9a2f1c;--blue:#1d5a96}
@media (prefers-color-scheme:dark){:root{--ink:#ece8e2;--quiet:#aaa39a;--line:#3a3733;--paper:#191817;--panel:#242220;--accent:#f0b060;--good:#7fce9a;--warn:#f2988a;--blue:#8fbdf0}}
*{box-sizing:border-box}
body{margin:0 auto;max-width:60rem;padding:1.5rem 1rem 4rem;font:16px/1.55 system-ui,sans-serif;color:var(--ink);background:var(--paper);overflow-wrap:anywhere}
h1{font-size:1.7rem;line-height:1.2;margin:.2rem 0 .6rem}h2{margin:2.5rem 0 .5rem;padding-top:.5rem;border-top:2px solid var(--line)}h3{font-size:1rem;margin:0 0 .3rem}
header p{color:var(--quiet);max-width:44rem}a{color:var(--accent)}
nav{display:flex;flex-wrap:wrap;gap:.4rem 1rem;padding:.6rem 0}
article{padding:1.1rem 0}article+article{border-top:1px solid var(--line)}article p{margin:.2rem 0 .6rem}
code{font:.88em ui-monospace,SFMono-Regular,Menlo,monospace}
pre{background:var(--panel);padding:.8rem;border-radius:.5rem;overflow-x:auto;font-size:.85rem}pre code{white-space:pre-wrap}
.method{display:inline-block;min-width:3.6rem;font:600 .78rem ui-monospace,monospace}.get{color:var(--blue)}.post{color:var(--good)}.put{color:var(--accent)}.delete{color:var(--warn)}
.member,.required{font-size:.72rem;padding:.05rem .4rem;border-radius:1rem;border:1px solid var(--line);color:var(--quiet);white-space:nowrap}
table{width:100%;border-collapse:collapse;margin:.5rem 0}caption{text-align:left;color:var(--quiet);font-size:.85rem;padding:.2rem 0}
th,td{text-align:left;vertical-align:top;padding:.35rem .6rem .35rem 0;border-top:1px solid var(--line);font-weight:400}th{width:34%}
tr:target,article:target{background:var(--panel)}
details{margin:.4rem 0}summary{cursor:pointer;color:var(--quiet)}
@media (max-width:560px){th,td{display:block;width:auto;padding:.3rem 0}td{border-top:0;padding-top:0}}
`;
