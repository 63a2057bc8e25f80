"""Tells a model that refuses from a person who declines.

Only the shapes of refusing assistants count: `I'm sorry, but I can't assist with that.` is one, and
`sorry i cant make it tonight` is what people type. So what is refused must be said too: a request,
some content, or help with it. A refusal missed is a bad row; a message taken for one is lost.
"""

from __future__ import annotations

import re

_CANNOT = r"(?:can ?not|can['\u2019]t|could(?:n['\u2019]t| not)|am (?:unable|not able) to|['\u2019]m (?:unable|not able) to|won['\u2019]t(?: be able to)?|will not(?: be able to)?|must (?:respectfully )?decline to|have to decline to)"
_SORRY = r"(?:(?:i['\u2019]m|i am) (?:very |really |so |truly |terribly )?sorry|sorry|i apologi[sz]e|my apologies|unfortunately|regrettably|no)"
_THING = r"(?:requests?|prompts?|content|tasks?|inquir(?:y|ies)|quer(?:y|ies)|topics?|instructions?|material|scenarios?|role-?plays?)"
_WITH = rf"(?:with (?:that|this|it|these|those)(?:[.,!;]|\Z| because\b| as (?:it|this)\b)|with (?:creating|generating)\b|with (?:that|this) (?:type|kind) of\b|(?:with )?(?:that|this|these|those|your|the|such|any)(?: [\w-]+){{0,4}}? {_THING}\b)"
_HELPS = rf"(?:assist|help|comply|aid)(?: you)? {_WITH}"
_MAKES = (
    r"(?:fulfil+|provide|create|generate|write|produce|engage in|continue|participate in|respond to|answer|complete|support|discuss|share|offer|facilitate|proceed with|process|accommodate|satisfy)"
    rf"(?: [\w\u2019',-]+){{0,12}}? ?(?:{_THING}|explicit|harmful|inappropriate|offensive|sexual|illegal|hate|violent|conversations?|messages?|(?:fictional )?chats?|dialogues?|texts?|information|material)\b"
)
_POLICY = r"(?:against|violat\w*|not (?:in line|consistent) with|goes against|breach\w*) (?:openai['\u2019]?s?|my|our|the|their|content|usage|community|ethical)(?: [\w-]+){0,3} (?:guidelines?|polic(?:y|ies)|programming|principles|rules)"
_MODEL = r"(?:large |responsible |helpful |harmless )*(?:ai|a\.i\.|artificial intelligence|(?:large )?language model|llm|chatbot)(?: (?:language )?(?:model|assistant|system|chatbot))?"

_ENGLISH = (
    rf"\A{_SORRY}?[,.!]?\s*(?:but )?(?:as an? {_MODEL}\b[^.\n]{{0,60}}?)?\b(?:i ?)?{_CANNOT}(?: be able to| in good conscience)? (?:{_HELPS}|{_MAKES})",
    rf"\A(?:{_SORRY}[,.!]?\s*(?:but )?)?as an? {_MODEL}\b\s*(?:,|\(|(?:developed|created|trained|made) by|i\b|my\b|it\b)",
    rf"\A(?:{_SORRY}[,.!]?\s*(?:but )?)?(?:i['\u2019]m|i am) (?:just |only |merely )?an? {_MODEL}\b",
    r"\A(?:i['\u2019]m sorry,? but )?i (?:do not|don['\u2019]t|would not|wouldn['\u2019]t|am not|['\u2019]m not) feel comfortable (?:creating|generating|writing|engaging|providing|continuing|answering|rewriting|with (?:this|that) request)",
    r"\Ai (?:do not|don['\u2019]t) (?:have (?:personal|feelings|the ability to (?:access|browse|generate|create))|generate|create|engage in|produce)\b.*\b(?:content|opinions|experiences|requests?|conversations?|material)",
    rf"\A(?:{_SORRY}[,.!]?\s*(?:but )?)?(?:it|this|that|the|your|creating|generating|writing)\b[^.\n]{{0,60}}\b{_POLICY}",
    r"\Ai (?:must|have to|need to) (?:respectfully |politely )?(?:decline|refuse)\b",
    r"\A(?:it|this) (?:is|would be|wouldn['\u2019]t be|is not|isn['\u2019]t) (?:inappropriate|not appropriate|appropriate|unethical) (?:for me )?to (?:create|generate|write|provide|engage|produce|fulfil+|continue)\b",
    rf"\A{_SORRY},? (?:but )?(?:this|that|your|the) (?:request|prompt|content|conversation|topic|text)\b[^.\n]*\b(?:can(?:not|['\u2019]t)|inappropriate|harmful|unsafe|not (?:allowed|appropriate|possible))",
)
_ABROAD = (
    r"\Aje suis (?:vraiment )?d\u00e9sol\u00e9e?,? (?:mais )?(?:je ne peux pas|je ne suis pas en mesure|en tant qu)[^.]{0,30}(?:aider|r\u00e9pondre \u00e0 (?:cette|votre|ta) (?:demande|requ\u00eate|question)|g\u00e9n\u00e9rer|cr\u00e9er|fournir|acc\u00e9der \u00e0 (?:cette|votre) demande|continuer|assister)",
    r"\Aen tant qu['\u2019e ]+(?:ia\b|intelligence artificielle|mod\u00e8le de langage|assistant (?:ia|virtuel))",
    r"\A(?:es )?tut mir leid,? (?:aber )?(?:ich kann|als ki)\b[^.]{0,60}(?:helfen|erstellen|generieren|beantworten|anfrage|unterst\u00fctzen|bereitstellen|inhalte)",
    r"\Aals (?:ein )?(?:gro\u00dfes )?(?:ki\b|ki-(?:sprach)?(?:modell|assistent)|sprachmodell|k\u00fcnstliche intelligenz)",
    r"\A(?:lo siento|disculpa|perd\u00f3n),? (?:pero )?(?:no puedo|como)\b[^.]{0,30}(?:ayudart?e?(?:le)? con (?:eso|esa?|esto|esta|tu|su)|ayudarte? en eso|asistir|cumplir|generar|crear|proporcionar|responder a (?:esa|esta|tu)|continuar con (?:esa|esta)|modelo de lenguaje)",
    r"\Acomo (?:un )?(?:modelo de lenguaje|inteligencia artificial|asistente (?:de ia|virtual)|ia\b|modelo de linguagem|intelig\u00eancia artificial)",
    r"\A(?:desculpe|sinto muito|lamento),? (?:mas )?(?:eu )?n\u00e3o posso\b[^.]{0,20}(?:ajudar com (?:isso|esse|essa|este)|ajud\u00e1-l[oa]|atender|gerar|criar (?:esse|este|conte)|fornecer|responder a|cumprir)",
    r"\Ami dispiace,? ma non posso\b[^.]{0,20}(?:aiutart[ie] con (?:quest|ci\u00f2)|fornire|generare|creare|soddisfare|assistert|rispondere a)",
    r"\A(?:come|in quanto) (?:un )?(?:modello linguistico|modello di linguaggio|intelligenza artificiale|assistente (?:ia|virtuale)|ia\b)",
    r"\A(?:het spijt me|sorry),? (?:maar )?ik kan\b[^.]{0,60}(?:helpen met (?:dit|dat|die|deze)|verzoek|genereren|maken van|inhoud)",
    r"\Aals (?:een )?(?:ai|taalmodel|ai-(?:taal)?model)\b",
    r"\A(?:przykro mi|przepraszam),? (?:ale )?nie mog\u0119\b[^.]{0,30}(?:pom\u00f3c w tym|spe\u0142ni\u0107|wygenerowa\u0107|stworzy\u0107|odpowiedzie\u0107 na t)",
    r"\Ajako (?:model j\u0119zykowy|sztuczna inteligencja|ai\b)",
    r"\A(?:\u0438\u0437\u0432\u0438\u043d\u0438\u0442\u0435|\u043f\u0440\u043e\u0441\u0442\u0438\u0442\u0435|\u043a \u0441\u043e\u0436\u0430\u043b\u0435\u043d\u0438\u044e),? (?:\u043d\u043e )?\u044f \u043d\u0435 \u043c\u043e\u0433\u0443 (?:\u043f\u043e\u043c\u043e\u0447\u044c \u0441 \u044d\u0442\u0438\u043c|\u0432\u044b\u043f\u043e\u043b\u043d\u0438\u0442\u044c|\u0441\u043e\u0437\u0434\u0430\u0442\u044c|\u043f\u0440\u0435\u0434\u043e\u0441\u0442\u0430\u0432\u0438\u0442\u044c|\u0441\u0433\u0435\u043d\u0435\u0440\u0438\u0440\u043e\u0432\u0430\u0442\u044c|\u043e\u0442\u0432\u0435\u0442\u0438\u0442\u044c \u043d\u0430 \u044d\u0442\u043e\u0442)",
    r"\A\u043a\u0430\u043a (?:\u044f\u0437\u044b\u043a\u043e\u0432\u0430\u044f \u043c\u043e\u0434\u0435\u043b\u044c|\u0438\u0441\u043a\u0443\u0441\u0441\u0442\u0432\u0435\u043d\u043d\u044b\u0439 \u0438\u043d\u0442\u0435\u043b\u043b\u0435\u043a\u0442)",
    r"\A(?:\u5bf9\u4e0d\u8d77|\u62b1\u6b49|\u5f88\u62b1\u6b49|\u975e\u5e38\u62b1\u6b49)[\uff0c,]\s*(?:\u4f46)?\u6211(?:\u65e0\u6cd5|\u4e0d\u80fd)(?:\u534f\u52a9|\u63d0\u4f9b|\u751f\u6210|\u6ee1\u8db3|\u56de\u7b54\u8fd9\u4e2a|\u5b8c\u6210\u8fd9|\u5e2e\u52a9\u60a8|\u521b\u4f5c|\u7ee7\u7eed\u8fd9)",
    r"\A\u4f5c\u4e3a(?:\u4e00\u4e2a|\u4e00\u540d|\u4e00\u6b3e)?\s*(?:ai|\u4eba\u5de5\u667a\u80fd|(?:\u5927\u578b)?\u8bed\u8a00\u6a21\u578b)",
    r"\A(?:\u7533\u3057\u8a33(?:\u3042\u308a\u307e\u305b\u3093|\u3054\u3056\u3044\u307e\u305b\u3093)|\u3059\u307f\u307e\u305b\u3093)(?:\u304c|\u3001)[^\u3002]{0,30}(?:\u304a\u624b\u4f1d\u3044\u3067\u304d\u307e\u305b\u3093|\u3054\u8981\u671b|\u3054\u30ea\u30af\u30a8\u30b9\u30c8|\u304a\u5fdc\u3048\u3067\u304d)",
    r"\Aai(?:\u8a00\u8a9e\u30e2\u30c7\u30eb|\u30a2\u30b7\u30b9\u30bf\u30f3\u30c8)(?:\u3068\u3057\u3066|\u306a\u306e\u3067)",
    r"\A\uc8c4\uc1a1(?:\ud558\uc9c0\ub9cc|\ud569\ub2c8\ub2e4)[,.]?[^.]{0,30}(?:\uc694\uccad|\ub3c4\uc640\ub4dc\ub9b4 \uc218 \uc5c6|\uc81c\uacf5\ud560 \uc218 \uc5c6|\uc0dd\uc131\ud560 \uc218 \uc5c6)",
    r"\A\u00fczg\u00fcn\u00fcm,? (?:ancak|ama)\b[^.]{0,40}(?:yard\u0131mc\u0131 olamam|olu\u015fturamam|sa\u011flayamam|iste\u011fi)",
)
_SHAPES = re.compile("|".join(f"(?:{shape})" for shape in (*_ENGLISH, *_ABROAD)), re.IGNORECASE)
_FURTHEST = 400


def is_refusal(text: str) -> bool:
    """Tell whether a text is a refusing assistant's.

    >>> is_refusal("I'm sorry, but I can't assist with that."), is_refusal("sorry i cant make it tonight")
    (True, False)
    """
    begun = text[:_FURTHEST].strip().strip("\"'*_\u201c\u201d ")
    return _SHAPES.match(begun) is not None and ("'" in begun or "\u2019" in begun or begun[0].isupper() or not begun.isascii())
