"""Texts that would be programs, if any of a dozen template engines ever ran over them (A01): forms times expressions."""

# A product that nobody writes: where it stands, something was computed.
COMPUTED = str(7193 * 7187)

# How engines are told to compute: Jinja and its kin, Liquid, Mako, ERB, FreeMarker, Velocity, Thymeleaf, Handlebars, Razor,
# Python's own formats, shells.
_FORMS = (
    "{{ %s }}",
    "{{%s}}",
    "{{- %s -}}",
    "{%% print(%s) %%}",
    "{%% if %s %%}yes{%% endif %%}",
    "{%% set x = %s %%}{{ x.y }}",
    "{{ (%s)|attr('x') }}",
    "${%s}",
    "#{%s}",
    "<%%= %s %%>",
    "@(%s)",
)

_EXPRESSIONS = (
    "7193*7187",
    "''.__class__.__mro__[1].__subclasses__()",
    "().__class__.__base__.__subclasses__()[0]",
    "cycler.__init__.__globals__.os.popen('id').read()",
    "joiner.__init__.__globals__['os'].system('id')",
    "lipsum.__globals__['os'].popen('id').read()",
    "namespace.__init__.__globals__.os.environ",
    "self.__init__.__globals__.__builtins__",
    "self._TemplateReference__context",
    "issue.__class__.__init__.__globals__",
    "issue.title.__class__.__base__",
    "newsletter.sender_address.encode()",
    "newsletter.__reduce_ex__(2)",
    "theme.light.accent.word.__class__",
    "page.slots.values()",
    "holes.token_for('x')",
    "_.__globals__['Markup']",
    "''|attr('__class__')|attr('__mro__')",
    "['__class__']|map(attribute='__init__')|list",
    "'{0.__class__.__init__.__globals__}'.format(issue)",
    "('{0.__class__}'|attr('format'))(issue)",
    "('%(x)s'|format(x=issue)).__class__",
    "dict(mro=[].__class__.mro()).mro",
    "range(999999999)|list|length",
    "('x'*999999999)|length",
    "request.application.__globals__.__builtins__.open('/etc/passwd').read()",
    "config.items()|list",
    "get_flashed_messages.__globals__.current_app.config",
    "T(java.lang.Runtime).getRuntime().exec('id')",
    "7193.__class__.__name__",
)

_ON_THEIR_OWN = (
    "{% include '/etc/passwd' %}",
    "{% import 'os' as os %}{{ os.environ }}",
    "{% extends '/etc/passwd' %}",
    "{% for x in ().__class__.__base__.__subclasses__() %}{{ x }}{% endfor %}",
    "{% raw %}{% endraw %}{{ 7193*7187 }}",
    "{% macro x() %}{{ caller.__globals__ }}{% endmacro %}{{ x() }}",
    "{# {{ 7193*7187 }} #}",
    "{% filter attr('__class__') %}x{% endfilter %}",
    "{% autoescape false %}<b>x</b>{% endautoescape %}",
    "{% debug %}",
    "{% do [].append(7193*7187) %}",
    "{{ issue",
    "}} {{ 7193*7187 }} {{",
    "%} {% set a = 7193*7187 %} {{ a.b }} {%",
    "%(newsletter)s %s %d %(x)r %%",
    "{0} {} {0.__class__} {newsletter.name!r}",
    "$(id) `id` $HOME",
    "<% import os %>${os.popen('id').read()}",
    "<#assign ex='freemarker.template.utility.Execute'?new()>${ex('id')}",
    "#set($x='') #set($rt=$x.class.forName('java.lang.Runtime'))",
    "{{#with 's' as |string|}}{{lookup string.sub 'constructor'}}{{/with}}",
    "{{constructor.constructor('return 1')()}}",
    "[[${7193*7187}]] *{7193*7187} ~{::x}",
    "*|FNAME|* *|HTML:X|* %recipient.name% -name-",
    "slot0123456789abcdef01234567 hole0123456789abcdef01234567",
)

# Each is one line without a tag, so that it must stand where it was written, letter by letter.
INJECTIONS: tuple[str, ...] = (*(form % expression for expression in _EXPRESSIONS for form in _FORMS), *_ON_THEIR_OWN)
