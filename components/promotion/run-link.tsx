/** To where more of something that was found can be seen. Only http and https addresses become links. */
export function RunLink({ url, name }: { url: string; name: string }) {
  if (!/^https?:\/\//i.test(url)) return null;
  return (
    <a className="link" href={url} rel="noreferrer" target="_blank">
      the run<span className="sr"> of {name}</span>
    </a>
  );
}
