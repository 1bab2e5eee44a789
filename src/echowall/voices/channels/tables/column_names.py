"""Names of columns as exports write them, best first, by our field; compared without case, spaces and punctuation.

To teach the import another name, add it here in the line of its field.
"""

_NAMES = {
    "text": """
        内容, 留言内容, 诉求内容, 留言详情, 诉求详情, 问题描述, 事项描述, 反映内容, 投诉内容, 求助内容,
        信访内容, 咨询内容,
        工单内容, 来电内容, 详细描述, 具体内容, 正文, 详情, 描述, 留言, 诉求, 需求, 情况说明, 问题, 微博正文,
        text, content, body, message, detail, details, description, question, post, complaint, request description,
        complaint text, message text
    """,
    "title": """
        标题, 主题, 留言主题, 诉求标题, 工单标题, 事项名称, 摘要, 概述, title, subject, topic, summary, headline
    """,
    "said_at": """
        时间, 留言时间, 诉求时间, 来电时间, 受理时间, 登记时间, 提交时间, 发布时间, 创建时间, 投诉时间,
        反映时间, 发送时间,
        填报时间, 采集时间, 上报时间, 日期, 留言日期, 诉求日期, 来电日期, 登记日期,
        time, datetime, date, timestamp, created, created at, published, posted, posted at, submitted, said at,
        created date, requested datetime, date created, opened, open date
    """,
    "sender": """
        姓名, 留言人, 留言者, 来电人, 诉求人, 投诉人, 反映人, 联系人, 求助人, 用户, 用户名, 昵称, 网友,
        留言用户, 发送人,
        发件人, 市民姓名, 居民姓名, 称呼, name, sender, user, author, from, reporter, nickname, username,
        contact, full name
    """,
    "phone": """
        电话, 手机, 手机号, 手机号码, 联系电话, 联系方式, 来电号码, 电话号码, 联系人电话, 主叫号码,
        phone, mobile, tel, telephone, cell, phone number
    """,
    "place": """
        地址, 地点, 小区, 住址, 所在小区, 详细地址, 事发地址, 事发地点, 诉求地址, 居住地址, 所属社区, 社区,
        位置, 楼栋房号,
        联系地址, 所在小区社区, 小区楼栋, address, location, place, residence, address string, incident address,
        contact address
    """,
    "id": """
        编号, 留言编号, 工单号, 工单编号, 诉求编号, 受理编号, 流水号, 案件编号, 事件编号, 单号, 任务号,
        id, number, no, ticket, ticket id, case id, uuid, doc id, service request id, unique key, case number,
        request id
    """,
    "category": """
        类别, 分类, 诉求类别, 诉求类型, 问题类别, 问题类型, 事项类别, 一级分类, 一级标签, 类型, 性质, 诉求性质, 领域,
        category, type, label, class, nature, service name, complaint type
    """,
    "urgency": "紧急程度, 优先级, 紧急, 缓急, urgency, priority, severity",
    "reply": """
        答复, 答复意见, 回复, 回复内容, 答复内容, 处理结果, 办理结果, 办理情况, 反馈内容,
        reply, answer, response, resolution
    """,
    "replied_at": """
        答复时间, 回复时间, 办结时间, 办理时间, replied at, reply time, answered at, closed, closed at, closed date
    """,
    # What a person has decided already stands: these three are not left to the machine (see voices/given.py).
    "given_intent": "人工诉求类型, 核定诉求类型, given intent",
    "given_topic": "人工事项类别, 核定事项类别, given topic",
    "given_state": "人工办理状态, 核定办理状态, given state",
    "status": "状态, 办理状态, 处理状态, 工单状态, status, state",
    "source": "渠道, 来源, 诉求来源, 来电渠道, 受理渠道, channel, source",
    "latitude": "纬度, lat, latitude",
    "longitude": "经度, lng, lon, long, longitude",
}

# The two columns that the workbook of errors adds; when it is uploaded again they say nothing about the message.
FIX_COLUMN = "请修改"
ROW_COLUMN = "原行号"

FIELDS: dict[str, tuple[str, ...]] = {
    name: tuple(word.strip() for word in words.split(",") if word.strip()) for name, words in _NAMES.items()
}
