"""The search view that `wagtail start` writes, over clauses in place of pages."""

from django.core.paginator import EmptyPage, PageNotAnInteger, Paginator
from django.template.response import TemplateResponse
from wagtail.search.backends import get_search_backend

from bench.stock.models import Clause


def search(request):
    search_query = request.GET.get("query", None)
    page = request.GET.get("page", 1)
    search_results = Clause.objects.none()
    if search_query:
        search_results = Clause.objects.all()
        search_results = get_search_backend().search(search_query, search_results)
    paginator = Paginator(search_results, 10)
    try:
        search_results = paginator.page(page)
    except PageNotAnInteger:
        search_results = paginator.page(1)
    except EmptyPage:
        search_results = paginator.page(paginator.num_pages)
    return TemplateResponse(
        request, "search/search.html", {"search_query": search_query, "search_results": search_results}
    )
